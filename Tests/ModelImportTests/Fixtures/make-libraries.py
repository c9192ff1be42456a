#!/usr/bin/env python3
"""Makes models of invented customers with LightGBM and as ONNX, and what these predict for some of them.

usage: make-libraries.py [DIRECTORY]
needs: the packages of Tests/Clients/Models/requirements.txt; Scripts/python-environment.sh installs them

NAME.txt is a model as LightGBM saves it, NAME.onnx one of scikit-learn or XGBoost. libraries.csv has a customer a
line, and in a column for each model of LightGBM its margin, before the logistic function, or the prediction of a
regression; for each model in ONNX the probability that onnxruntime computes.
"""
import pathlib
import sys

import lightgbm
import numpy
import onnxmltools
import onnxruntime
import pandas
import skl2onnx
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROWS = 600
COMPARED = 60
HERE = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent


def customers():
    random = numpy.random.default_rng(5)
    frame = pandas.DataFrame({
        "plan": random.choice(["basic", "plus", "all"], ROWS),
        "paperless": random.choice(["Yes", "No"], ROWS),
        "months": random.integers(0, 61, ROWS),
        "senior": random.integers(0, 2, ROWS),
        "price": random.integers(0, 1500, ROWS) / 10,
    })
    score = (frame["price"] / 40 - frame["months"] / 15 + (frame["plan"] == "plus") * 1.5
             + random.normal(0, 1, ROWS))
    return frame, (score > 0.3).astype(int)


def lightgbm_models(frame, left):
    def train(X, rounds=8, **parameters):
        settings = {"objective": "binary", "num_leaves": 7, "num_threads": 1, "deterministic": True, "seed": 1,
                    "verbosity": -1, "min_data_in_leaf": 10}
        return lightgbm.train(settings | parameters, lightgbm.Dataset(X, left), rounds)

    categories = frame.astype({"plan": "category", "paperless": "category"})
    dummies = pandas.get_dummies(frame, columns=["plan", "paperless"])
    yield "lightgbm-categories", train(categories, min_data_per_group=5, cat_smooth=1, max_cat_to_onehot=1), categories
    yield "lightgbm-dummies", train(dummies, sigmoid=0.7), dummies
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.6}
    yield "lightgbm-forest", train(dummies, **forest), dummies
    yield "lightgbm-regression", train(dummies, objective="regression", boosting="dart"), dummies


def pipelines(frame, left):
    """Each with an input for each column of the table."""

    def make(classifier, numbers, y=left, **options):
        texts = ["plan", "paperless", "senior"]
        steps = ColumnTransformer([("cat", OneHotEncoder(**options), texts), ("num", numbers, ["months", "price"])])
        pipeline = make_pipeline(steps, classifier).fit(frame, y)
        numeric = frame.select_dtypes("number").columns
        return skl2onnx.to_onnx(pipeline, frame[:1].astype({column: "float32" for column in numeric}))

    named = numpy.where(left == 1, "yes", "no")
    yield "onnx-logistic", make(LogisticRegression(), StandardScaler())
    yield "onnx-drop-first", make(LogisticRegression(), "passthrough", y=named, drop="first", sparse_output=False)
    yield "onnx-forest", make(RandomForestClassifier(5, max_depth=4, random_state=1), "passthrough")
    yield "onnx-boosting", make(GradientBoostingClassifier(n_estimators=8, random_state=1), StandardScaler())


def onnx_probability(model, inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    found = session.run(None, inputs)[1]
    return [row[max(row)] for row in found] if isinstance(found, list) else found[:, 1]


def main():
    frame, left = customers()
    table = frame.head(COMPARED).copy()
    for name, booster, X in lightgbm_models(frame, left):
        booster.save_model(HERE / f"{name}.txt")
        raw = booster.predict(X.head(COMPARED), raw_score=True)
        # LightGBM multiplies by `sigmoid` after the sum.
        probability = booster.predict(X.head(COMPARED))
        table[name] = raw if name == "lightgbm-regression" else numpy.log(probability / (1 - probability))
        print(name, numpy.abs(table[name] - raw).max(), booster.num_trees())
    for name, model in pipelines(frame, left):
        (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())
        inputs = {column: frame[[column]].head(COMPARED).to_numpy() for column in frame}
        named = {i.name: inputs[i.name].astype(
            object if i.type == "tensor(string)" else "int64" if i.type == "tensor(int64)" else
            "float64" if i.type == "tensor(double)" else "float32")
            for i in onnxruntime.InferenceSession(model.SerializeToString()).get_inputs()}
        table[name] = onnx_probability(model, named)
    dummies = pandas.get_dummies(frame, columns=["plan", "paperless"]).astype("float32")
    classifier = xgboost.XGBClassifier(n_estimators=6, max_depth=3).fit(dummies.to_numpy(), left)
    model = onnxmltools.convert_xgboost(classifier, initial_types=[("X", FloatTensorType([None, dummies.shape[1]]))])
    (HERE / "onnx-xgboost.onnx").write_bytes(model.SerializeToString())
    table["onnx-xgboost"] = onnx_probability(model, {"X": dummies.head(COMPARED).to_numpy()})
    table.to_csv(HERE / "libraries.csv", index=False)


if __name__ == "__main__":
    main()
