#!/usr/bin/env python3
"""Makes models of invented customers with LightGBM, and the margins that it gives to some of them.

usage: make-libraries.py [DIRECTORY]
needs: the packages of Tests/Clients/Models/requirements.txt; Scripts/python-environment.sh installs them

NAME.txt is a model as LightGBM saves it. libraries.csv has a customer a line, and in a column for each model
its margin: before the logistic function, or the prediction of a regression.
"""
import pathlib
import sys

import lightgbm
import numpy
import pandas

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
    table.to_csv(HERE / "libraries.csv", index=False)


if __name__ == "__main__":
    main()
