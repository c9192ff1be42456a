#!/usr/bin/env python3
"""Makes models of invented customers as people train them, rightly and wrongly, and what each predicts in Python.

usage: make-proofs.py        (needs: pip install xgboost==3.2.0 scikit-learn numpy pandas)

`proof-customers.csv` is the table, of which the models of the directory `proofs` learned after the steps that their
names tell, and `proof-expected.csv` has a column for each model: its probabilities for the customers, to four
decimals. The models are named right-… where the columns they know are those of the schema, else wrong-….
"""
import pathlib

import numpy
import pandas
import xgboost
from scipy import sparse
from sklearn.preprocessing import MinMaxScaler, StandardScaler

ROWS = 400
HERE = pathlib.Path(__file__).parent
NUMBERS = ["months", "price"]


def customers():
    random = numpy.random.default_rng(8)
    plan = random.choice(["basic", "plus", "none"], ROWS, p=[0.4, 0.4, 0.2])
    security = numpy.where(plan == "none", "No plan", random.choice(["Yes", "No"], ROWS))
    months = random.integers(0, 61, ROWS)
    price = numpy.round(10 + random.uniform(0, 130, ROWS), 1)
    senior = random.integers(0, 2, ROWS)
    margin = 1.2 - 0.09 * months + 0.02 * (price - 70) + 1.2 * (security == "No") - 1.0 * (plan == "none")
    left = random.uniform(size=ROWS) < 1 / (1 + numpy.exp(-margin))
    frame = pandas.DataFrame({
        "plan": plan, "security": security, "months": months, "senior": senior, "price": price})
    # Customers of the first month have not paid yet: their price is blank.
    frame.loc[months < 4, "price"] = numpy.nan
    return frame, left.astype(int)


def train(frame, left, rounds=8, objective="binary:logistic", custom=None, **parameters):
    data = xgboost.DMatrix(frame, left)
    settings = {"objective": objective, "max_depth": 2, "eta": 0.5, "nthread": 1, "seed": 1} | parameters
    return xgboost.train(settings, data, rounds, obj=custom)


def logistic(margins, data):
    probability = 1 / (1 + numpy.exp(-margins))
    return probability - data.get_label(), probability * (1 - probability)


def models(raw, left):
    """Each model's name, its booster, the rows it was trained on, and how its margins become probabilities."""
    filled = raw.fillna({"price": 0})
    plain = pandas.get_dummies(filled, dtype=int)
    linear = {"booster": "gblinear", "updater": "coord_descent", "rounds": 30}

    def changed(change):
        frame = filled.astype({"months": float})
        frame[NUMBERS] = change(frame[NUMBERS])
        return pandas.get_dummies(frame, dtype=int)

    standard = changed(lambda numbers: StandardScaler().fit_transform(numbers))
    small = changed(lambda numbers: MinMaxScaler().fit_transform(numbers))
    logarithms = changed(numpy.log1p)
    yield "right-trees", train(plain, left), plain
    yield "right-exact", train(plain, left, tree_method="exact"), plain
    first = pandas.get_dummies(filled, dtype=int, drop_first=True)
    yield "right-first-dropped", train(first, left), first
    yield "right-linear", train(plain, left, **linear), plain
    yield "right-regression", train(plain, left, objective="reg:squarederror"), plain
    yield "right-weighted", train(plain, left, scale_pos_weight=3), plain
    yield "wrong-linear-standard", train(standard, left, **linear), standard
    yield "wrong-standard", train(standard, left), standard
    yield "wrong-min-max", train(small, left), small
    yield "wrong-log1p", train(logarithms, left), logarithms
    yield "wrong-custom", train(plain, left, objective="reg:squarederror", custom=logistic), plain
    other = plain.drop(columns="months")
    yield "wrong-other-target", train(other, filled["months"], objective="reg:squarederror"), other
    merged = pandas.get_dummies(filled.replace({"No plan": "No"}), dtype=int)
    yield "wrong-merged", train(merged, left), merged
    missing = pandas.get_dummies(raw, dtype=int)
    yield "wrong-missing", train(missing, left), missing
    holes = sparse.csr_matrix(plain[[c for c in plain if "_" in c]].to_numpy(dtype=float))
    names = [c for c in plain if "_" in c]
    yield "wrong-sparse", train_sparse(holes, left, names), (holes, names)
    yield "wrong-outcome", train(plain, 1 - left), plain


def train_sparse(rows, left, names):
    data = xgboost.DMatrix(rows, left, feature_names=names)
    return xgboost.train({"objective": "binary:logistic", "max_depth": 2, "nthread": 1}, data, 8)


def main():
    raw, left = customers()
    identifiers = [f"C-{i:04}" for i in range(ROWS)]
    expected = {"id": identifiers}
    (HERE / "proofs").mkdir(exist_ok=True)
    for name, booster, frame in models(raw, left):
        booster.save_model(HERE / "proofs" / f"{name}.json")
        rows = xgboost.DMatrix(frame[0], feature_names=frame[1]) if isinstance(frame, tuple) else xgboost.DMatrix(frame)
        margins = booster.predict(rows, output_margin=True).astype(float)
        isMargin = "regression" in name or "target" in name
        expected[name] = margins if isMargin else 1 / (1 + numpy.exp(-margins))
    pandas.DataFrame(expected).to_csv(HERE / "proof-expected.csv", index=False, float_format="%.4f")
    table = raw.assign(left=numpy.where(left == 1, "yes", "no"))
    table.insert(0, "id", identifiers)
    table.to_csv(HERE / "proof-customers.csv", index=False)


if __name__ == "__main__":
    main()
