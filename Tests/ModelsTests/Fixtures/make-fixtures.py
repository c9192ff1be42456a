#!/usr/bin/env python3
"""Makes the models beside this script, one of each kind, and what XGBoost itself makes of some rows.

usage: make-fixtures.py        (needs: pip install xgboost==3.2.0 numpy)

KIND.json is the model as XGBoost saves it, KIND.rows.jsonl a line for each row: its values, null for a missing
one, and the bits of margin and prediction in single precision.
"""
import json
import pathlib

import numpy
import xgboost

ROWS = 700
SHOWN = 60
HERE = pathlib.Path(__file__).parent
LOGISTIC = {"objective": "binary:logistic", "nthread": 1, "seed": 1}
COLOURS = 70


def bits(value):
    return f"0x{numpy.float32(value).view(numpy.uint32):08x}"


def write(kind, booster, rows, types=None):
    booster.save_model(HERE / f"{kind}.json")
    matrix = xgboost.DMatrix(rows, feature_types=types, enable_categorical=types is not None)
    margins = booster.predict(matrix, output_margin=True)
    predictions = booster.predict(matrix)
    with open(HERE / f"{kind}.rows.jsonl", "w") as file:
        for row, margin, prediction in zip(rows, margins, predictions):
            line = {"row": [None if numpy.isnan(x) else round(float(x), 4) for x in row]}
            line |= {"margin": bits(margin), "prediction": bits(prediction)}
            file.write(json.dumps(line) + "\n")


def main():
    random = numpy.random.default_rng(7)
    # Tenths, so that values meet thresholds; a tenth of the cells is missing.
    values = (random.integers(0, 200, (ROWS, 4)) / 10).astype(numpy.float32)
    labels = values[:, 0] + values[:, 1] * values[:, 2] / 20 + random.integers(0, 100, ROWS) / 10 > 22
    values[random.random(values.shape) < 0.1] = numpy.nan
    data = xgboost.DMatrix(values, labels)
    shown = values[:SHOWN]

    def trained(parameters, rounds):
        return xgboost.train(LOGISTIC | parameters, data, rounds)

    write("gbtree", trained({"max_depth": 3}, 4), shown)
    write("forest", trained({"objective": "reg:squarederror", "base_score": 0, "eta": 1, "max_depth": 3,
                             "num_parallel_tree": 5, "subsample": 0.632, "colsample_bynode": 0.5}, 1), shown)
    write("dart", trained({"booster": "dart", "max_depth": 2, "rate_drop": 0.4, "base_score": 0.3}, 6), shown)
    write("gblinear", trained({"booster": "gblinear", "base_score": 0.3}, 20), shown)

    # The second column holds codes of colours, some above 63, the last one is a number.
    codes = numpy.stack([values[:, 0], random.integers(0, COLOURS, ROWS), values[:, 1]], 1).astype(numpy.float32)
    codes[random.random(ROWS) < 0.1, 1] = numpy.nan
    likes = (codes[:, 1] % 3 == 0) * 8 + numpy.nan_to_num(codes[:, 0]) > 12
    types = ["float", "c", "float"]
    matrix = xgboost.DMatrix(codes, likes, feature_types=types, enable_categorical=True)
    booster = xgboost.train(LOGISTIC | {"max_depth": 3, "max_cat_to_onehot": 1}, matrix, 3)
    write("categories", booster, codes[:SHOWN], types)


if __name__ == "__main__":
    main()
