#!/usr/bin/env python3
"""Trains models in Python on the Telco table, imports each with churnctl and compares every row's prediction.

usage: compare.py --data telco.csv [--churnctl .build/release/churnctl] [--schema Config/telco.schema.json]
needs: pip install xgboost==3.2.0 scikit-learn pandas

Each import is proved by --expect, with every digit that pandas writes, and by --data. What XGBoost itself predicts
for every customer is then written where the bundle's golden rows were, and `churnctl model verify` reads it as it
reads golden rows: the request through schema and encoding to the margin, which must be equal bit for bit, and to
the probability, within two units of the last place of single precision. Then `churnctl score` predicts for the table itself, and its probabilities are compared with XGBoost's
at the four decimals it writes. Everything is made in a temporary directory and removed.
"""
import argparse
import csv
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import pandas
import sklearn
import xgboost
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SETTINGS = {"nthread": 1, "seed": 1}


def table(path):
    data = pandas.read_csv(path)
    data["TotalCharges"] = pandas.to_numeric(data["TotalCharges"], errors="coerce").fillna(0)
    return data.drop(columns=["customerID", "Churn"]), (data["Churn"] == "Yes").astype(int)


def dummies(X, **options):
    return pandas.get_dummies(X, **options)


def transformed(X, scaled=False):
    texts = make_column_selector(dtype_include=[object, "string"])(X)
    steps = [("cat", OneHotEncoder(drop="if_binary", sparse_output=False), texts + ["SeniorCitizen"])]
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    if scaled:
        steps.append(("num", StandardScaler(), numbers))
    transformer = ColumnTransformer(steps, remainder="passthrough").fit(X)
    frame = pandas.DataFrame(transformer.transform(X), columns=transformer.get_feature_names_out())
    columns = None
    if scaled:
        scaler = transformer.named_transformers_["num"]
        shifts = {f"num__{n}": (n, m, s) for n, m, s in zip(numbers, scaler.mean_, scaler.scale_)}
        columns = [
            {"name": c, "feature": shifts[c][0], "mean": shifts[c][1], "scale": shifts[c][2]} if c in shifts else c
            for c in frame.columns
        ]
    return frame, columns


def categories(X):
    return X.astype({c: "category" for c in X.columns if not pandas.api.types.is_numeric_dtype(X[c])})


def codes(X):
    return [
        {"name": c, "feature": c, "codes": list(X[c].cat.categories)} if X[c].dtype == "category" else c
        for c in X.columns
    ]


def models(X, y):
    """Each model's name, its booster, its rows as XGBoost sees them, the file's ending and a list of columns."""

    def train(frame, rounds, **parameters):
        data = xgboost.DMatrix(frame, y, enable_categorical=True)
        return xgboost.train({"objective": "binary:logistic"} | SETTINGS | parameters, data, rounds)

    plain = dummies(X)
    yield "get_dummies, gbtree depth 4", train(plain, 100, max_depth=4), plain, "json", None
    yield "the same as UBJSON", train(plain, 100, max_depth=4), plain, "ubj", None
    first = dummies(X, drop_first=True, dtype=int)
    yield "get_dummies drop_first, dart", train(first, 40, booster="dart", rate_drop=0.2, max_depth=3), first, "json", None
    yield "get_dummies, gblinear", train(plain, 50, booster="gblinear", updater="coord_descent"), plain, "json", None
    forest = {"num_parallel_tree": 200, "subsample": 0.632, "colsample_bynode": 0.3, "eta": 1, "max_depth": 12,
              "min_child_weight": 7, "base_score": 0, "objective": "reg:squarederror"}
    yield "get_dummies, forest of 200", train(plain, 1, **forest), plain, "json", None
    frame, _ = transformed(X)
    yield "ColumnTransformer, OneHotEncoder", train(frame, 100, max_depth=3), frame, "json", None
    frame, columns = transformed(X, scaled=True)
    yield "ColumnTransformer, StandardScaler", train(frame, 100, max_depth=3), frame, "json", columns
    native = categories(X)
    booster = train(native, 100, max_depth=4, max_cat_to_onehot=2, tree_method="hist")
    # Older releases do not write which code is which category.
    tells = tuple(map(int, xgboost.__version__.split(".")[:2])) >= (3, 1)
    yield "native categories", booster, native, "json", None if tells else codes(native)


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def exchange_golden_rows(bundle, X, margins, probabilities):
    lines = io.StringIO()
    for row, margin, probability in zip(X.to_dict("records"), margins, probabilities):
        bits = numpy.float32(margin).view(numpy.uint32)
        request = json.dumps({k: v.item() if hasattr(v, "item") else v for k, v in row.items()})
        shown = str(numpy.float32(probability))
        lines.write(f'{{"request":{request},"margin_bits":"0x{bits:08x}","probability":{shown}}}\n')
    golden = bundle / "golden.jsonl"
    manifest = bundle / "manifest.json"
    old = sha256(golden.read_bytes())
    golden.write_text(lines.getvalue())
    manifest.write_text(manifest.read_text().replace(old, sha256(golden.read_bytes())))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--churnctl", default=".build/release/churnctl")
    parser.add_argument("--schema", default="Config/telco.schema.json")
    options = parser.parse_args()
    X, y = table(options.data)
    identifiers = pandas.read_csv(options.data)["customerID"]
    print(f"XGBoost {xgboost.__version__}, scikit-learn {sklearn.__version__}, pandas {pandas.__version__}, {len(X)} rows")
    for name, booster, frame, ending, columns in models(X, y):
        with tempfile.TemporaryDirectory() as place:
            place = pathlib.Path(place)
            model, bundle = place / f"model.{ending}", place / "bundle"
            booster.save_model(model)
            command = [options.churnctl, "model", "import", "--model", model, "--schema", options.schema]
            command += ["--output", bundle, "--name", "imported", "--version", "1"]
            rows = xgboost.DMatrix(frame, enable_categorical=True)
            margins = booster.predict(rows, output_margin=True)
            predicted = booster.predict(rows)
            pandas.DataFrame({"customerID": identifiers, "p": predicted}).to_csv(place / "expected.csv", index=False)
            command += ["--expect", place / "expected.csv", "--data", options.data]
            if columns:
                (place / "columns.json").write_text(json.dumps(columns))
                command += ["--columns", place / "columns.json"]
            run(*command)

            probabilities = numpy.clip(predicted, 0, 1)
            scored = csv.DictReader(io.StringIO(
                run(options.churnctl, "score", "--model", bundle, "--input", options.data)))
            found = numpy.array([float(row["churn_probability"]) for row in scored])
            different = int((numpy.abs(found - numpy.round(probabilities.astype(float), 4)) > 1e-9).sum())

            exchange_golden_rows(bundle, X, margins, probabilities)
            text = run(options.churnctl, "model", "verify", bundle)
            assert f"{len(X)} golden rows reproduced" in text, text
            print(f"{name:36} margins of {len(X)} rows equal, bit for bit; "
                  f"{different} of the probabilities at 4 decimals differ")


if __name__ == "__main__":
    main()
