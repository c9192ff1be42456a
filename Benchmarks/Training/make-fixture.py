#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Fixtures/learners.json: invented rows and margins, and what scikit-learn
learns from them. Needs numpy and scikit-learn.

    python3 Benchmarks/Training/make-fixture.py > Tests/TrainingTests/Fixtures/learners.json
"""
import json

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

PLANS = ["basic", "plus", "all"]


def logistic(random):
    """Months and price depend on each other, and the price on the plan."""
    count = 150
    plan = random.integers(0, 3, count)
    months = random.integers(0, 61, count)
    price = (20 + 30 * plan + months / 2 + random.random(count) * 20).round(2)
    score = price / 25 - months / 12 + random.normal(0, 1.5, count)
    left = (score > np.median(score) + 0.5).astype(int)
    rows = np.array(list(zip(plan, months, price)), dtype=float)
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(categories=[[0, 1, 2]], sparse_output=False), [0]),
            remainder="passthrough"),
        StandardScaler(),
        LogisticRegression(C=1, solver="newton-cholesky", tol=1e-12, max_iter=1000))
    model.fit(rows, left)
    return {
        "rows": [
            f"{PLANS[int(p)]},{int(m)},{c},{'yes' if y else 'no'}"
            for (p, m, c), y in zip(rows, left)],
        "probabilities": model.predict_proba(rows)[:, 1].tolist(),
    }


def platt(random):
    count = 200
    margins = random.normal(0.7, 1.8, count).astype(np.float32)
    labels = (random.random(count) < 1 / (1 + np.exp(1.2 - 0.6 * margins))).astype(int)
    line = _SigmoidCalibration().fit(margins.astype(float), labels)
    return {
        "margins": [float(margin) for margin in margins],
        "labels": labels.tolist(),
        # scikit-learn's line goes down: p = 1 / (1 + exp(a * margin + b)).
        "slope": -line.a_,
        "intercept": -line.b_,
        "probabilities": line.predict(margins.astype(float)).tolist(),
    }


def main():
    random = np.random.default_rng(11)
    print(json.dumps({
        "made_by": f"Benchmarks/Training/make-fixture.py, scikit-learn {sklearn.__version__}",
        "logistic": logistic(random),
        "platt": platt(random),
    }))


main()
