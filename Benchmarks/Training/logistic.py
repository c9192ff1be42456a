#!/usr/bin/env python3
"""Times churnctl's logistic regression beside scikit-learn's, on the same synthetic rows and folds.

    python3 -m venv venv && venv/bin/pip install scikit-learn scipy
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \\
        venv/bin/python logistic.py .build/release/churnctl [--rows 200000] [--columns 319]

churnctl trains with --candidates logistic, one thread and one repeat of five folds: six fits, and all
else that a training does. scikit-learn makes the same six fits on the exported folds, of a matrix that
exists already: sparse, each column divided by its deviation, which has the same optimum, for the
penalty leaves the intercept out. CPU seconds of either are printed, scikit-learn's with its default
tolerance and with one that comes as near to the optimum as churnctl does, and how near that is.
"""
import argparse
import csv
import json
import os
import random
import resource
import subprocess
import tempfile
import time

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

NUMBERS = 7


def make(directory, rows, columns):
    """A table and a schema of `columns` columns when encoded: numbers and categories of 2 to 24 values."""
    draw = random.Random(1)
    generator = np.random.default_rng(1)
    sizes, left = [], columns - NUMBERS
    while left > 0:
        size = min(left, draw.choice([2, 3, 4, 6, 12, 24]))
        if left - size == 1:
            size += 1
        sizes.append(size)
        left -= size
    numbers = np.round(generator.gamma(2, 20, (rows, NUMBERS)), 2)
    codes = np.stack([(generator.beta(1, 1.5, rows) * k).astype(int) for k in sizes], axis=1)
    margin = -1.5 + 0.01 * (numbers - 40) @ generator.normal(size=NUMBERS)
    for place, size in enumerate(sizes):
        margin += generator.normal(scale=0.25, size=size)[codes[:, place]]
    labels = generator.random(rows) < 1 / (1 + np.exp(-margin))

    number_names = [f"n{i}" for i in range(NUMBERS)]
    names = [f"c{i}" for i in range(len(sizes))]
    properties = {n: {"type": "number", "minimum": 0, "maximum": 10000} for n in number_names}
    for name, size in zip(names, sizes):
        properties[name] = {"type": "string", "enum": [f"v{v}" for v in range(size)]}
    schema = {
        "type": "object", "properties": properties, "required": list(properties),
        "additionalProperties": False,
        "x-target": {"column": "left", "positive": "yes", "negative": "no"},
    }
    with open(f"{directory}/schema.json", "w") as file:
        json.dump(schema, file)
    with open(f"{directory}/table.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(number_names + names + ["left"])
        for number, code, label in zip(numbers, codes, labels):
            writer.writerow([*number, *(f"v{c}" for c in code), "yes" if label else "no"])
    parts = [scipy.sparse.csr_matrix(numbers)]
    for place, size in enumerate(sizes):
        parts.append(scipy.sparse.csr_matrix(
            (np.ones(rows), (np.arange(rows), codes[:, place])), shape=(rows, size)))
    return scipy.sparse.hstack(parts).tocsr(), labels


def churnctl(program, directory):
    """CPU seconds of a training, of all its threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [program, "train", "--data", f"{directory}/table.csv", "--schema", f"{directory}/schema.json",
         "--name", "m", "--version", "1", "--output", f"{directory}/m", "--candidates", "logistic",
         "--repeats", "1", "--threads", "1", "--export-folds", f"{directory}/folds.csv"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fit(matrix, labels, learning, **options):
    scaler = StandardScaler(with_mean=False)
    model = LogisticRegression(max_iter=10_000, **options)
    model.fit(scaler.fit_transform(matrix[learning]), labels[learning])
    return scaler, model


def predict(matrix, rows, fitted):
    scaler, model = fitted
    return model.predict_proba(scaler.transform(matrix[rows]))[:, 1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("churnctl")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--columns", type=int, default=319)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        matrix, labels = make(directory, options.rows, options.columns)
        own = churnctl(options.churnctl, directory)
        rows = np.genfromtxt(f"{directory}/folds.csv", delimiter=",", skip_header=1)
    held, folds, probabilities = rows[:, 1] == 1, rows[:, 2], rows[:, 3]
    print(f"{options.rows} rows, {matrix.shape[1]} columns, {matrix.nnz / options.rows:.0f} cells a row; "
          f"scikit-learn {sklearn.__version__}, {os.environ.get('OMP_NUM_THREADS', 'all')} thread(s)")
    print(f"churnctl train, six fits and all else: {own:.1f} s CPU")
    testing = folds == 0
    learning = ~held & ~testing
    exact = predict(matrix, testing, fit(matrix, labels, learning, tol=1e-9))
    for tol in (1e-4, 1e-7):
        start = time.process_time()
        for fold in range(5):
            predict(matrix, folds == fold, fit(matrix, labels, ~held & (folds != fold), tol=tol))
        fit(matrix, labels, ~held, tol=tol)
        theirs = time.process_time() - start
        distance = np.abs(exact - predict(matrix, testing, fit(matrix, labels, learning, tol=tol))).max()
        print(f"scikit-learn with tol={tol:.0e}, six fits and predictions: {theirs:.1f} s CPU; "
              f"ratio {own / theirs:.2f}; {distance:.1e} from the optimum")
    print(f"churnctl: {np.abs(exact - probabilities[testing]).max():.1e} from the optimum "
          "(largest distance of a probability on the first fold; tol=1e-9 is the optimum)")


if __name__ == "__main__":
    main()
