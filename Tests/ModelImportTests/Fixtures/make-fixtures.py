#!/usr/bin/env python3
"""Makes a model of invented customers, with a category as pandas has it, in the format of the XGBoost at hand.

usage: make-fixtures.py NAME        (needs: pip install xgboost numpy pandas)

NAME.json and NAME.ubj are the model as XGBoost saves it. The fixtures are `release-3` by XGBoost 3.2.0 and
`release-1` by XGBoost 1.7.4, which writes NaN for the threshold of a split by category and does not say what the
codes mean.
"""
import pathlib
import sys

import numpy
import pandas
import xgboost

ROWS = 500
HERE = pathlib.Path(__file__).parent


def main():
    random = numpy.random.default_rng(3)
    plans = pandas.Categorical(random.choice(["plus", "basic", "gold", "all"], ROWS))
    frame = pandas.DataFrame({
        "months": random.integers(0, 61, ROWS),
        "plan": plans,
        "price": random.integers(0, 1500, ROWS) / 10,
        "paperless_Yes": random.integers(0, 2, ROWS).astype(bool),
    })
    left = frame["price"] + (frame["plan"] == "plus") * 30 > 40 + 2 * frame["months"]
    data = xgboost.DMatrix(frame, left, enable_categorical=True)
    parameters = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 3, "max_cat_to_onehot": 1,
                  "base_score": 0.3, "nthread": 1, "seed": 1}
    booster = xgboost.train(parameters, data, 4)
    for ending in ("json", "ubj"):
        booster.save_model(HERE / f"{sys.argv[1]}.{ending}")


if __name__ == "__main__":
    main()
