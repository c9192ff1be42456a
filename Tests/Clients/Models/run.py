#!/usr/bin/env python3
"""Trains models with LightGBM, scikit-learn and XGBoost, imports each with the churnctl of PATH and compares all rows.

The table is that of CHURN_TELCO_CSV, or one that is invented here if it is not set. Each import is proved by
`--expect`, with all digits of the library's predictions. The margins that the library gives to each row, or with ONNX
the probabilities of onnxruntime, are then compared with those of the bundle: its golden rows are replaced by the rows
of the table with the bits that churnd must come to, and `churnctl model verify` names the first row that differs.
"""
import dataclasses
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import lightgbm
import numpy
import onnxmltools
import onnxruntime
import pandas
import skl2onnx
import sklearn
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

ROOT = pathlib.Path(__file__).parents[3]
SCHEMA = ROOT / "Config/telco.schema.json"
NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
TOLERANCE = 1e-6


@dataclasses.dataclass
class Model:
    name: str
    # Of the file's name.
    ending: str
    file: bytes
    # What the library predicts for each row of the table: probabilities, and margins if it tells them.
    predicted: numpy.ndarray
    margins: numpy.ndarray | None
    is_regression: bool = False
    # For `--columns`.
    columns: list | None = None


def invented(rows=1500):
    """Customers that the schema accepts, with an outcome that depends on some fields."""
    properties = json.loads(SCHEMA.read_text())["properties"]
    random = numpy.random.default_rng(7)
    columns = {}
    for name, field in properties.items():
        if field.get("x-identifier"):
            columns[name] = [f"C{row:05}" for row in range(rows)]
        elif "enum" in field:
            columns[name] = random.choice(field["enum"], rows)
        elif field["type"] == "integer":
            columns[name] = random.integers(field["minimum"], field["maximum"] + 1, rows)
        else:
            columns[name] = numpy.round(random.uniform(18, 110, rows), 2)
    frame = pandas.DataFrame(columns)
    score = frame["MonthlyCharges"] / 30 - frame["tenure"] / 18 + (frame["Contract"] == "Month-to-month") * 1.5
    frame["Churn"] = numpy.where(score + random.normal(0, 1, rows) > 2, "Yes", "No")
    return frame


def table():
    path = os.environ.get("CHURN_TELCO_CSV")
    data = pandas.read_csv(path, keep_default_na=False) if path else invented()
    X = data.drop(columns=["customerID", "Churn"])
    X["TotalCharges"] = pandas.to_numeric(X["TotalCharges"], errors="coerce").fillna(0)
    return data, X, (data["Churn"] == "Yes").astype(int)


def lightgbm_models(X, y):
    """Models of the usual kinds, with categories of pandas or a column for each value."""
    texts = [c for c in X if c not in NUMBERS and c != "SeniorCitizen"]
    categories = X.astype({c: "category" for c in texts})
    dummies = pandas.get_dummies(X, columns=texts)

    def train(frame, rounds=100, **parameters):
        settings = {"objective": "binary", "num_threads": 2, "deterministic": True, "seed": 1, "verbosity": -1}
        return lightgbm.train(settings | parameters, lightgbm.Dataset(frame, y), rounds), frame

    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.5}
    for name, (booster, frame) in {
        "LightGBM, categories of pandas": train(categories),
        "LightGBM, get_dummies, 500 rounds": train(dummies, 500, learning_rate=0.02, num_leaves=63),
        "LightGBM, sigmoid 0.5": train(dummies, sigmoid=0.5),
        "LightGBM, random forest": train(dummies, **forest),
        "LightGBM, dart": train(dummies, boosting="dart"),
        "LightGBM, cross_entropy": train(dummies, objective="cross_entropy"),
        "LightGBM, regression": train(dummies, objective="regression"),
    }.items():
        # LightGBM multiplies the sum by `sigmoid` afterwards, and divides that of a forest for probabilities alone.
        scale = 0.5 if "sigmoid" in name else 1 / booster.num_trees() if "forest" in name else 1
        yield Model(name, "txt", save(booster), booster.predict(frame), scale * booster.predict(frame, raw_score=True),
                    is_regression=name.endswith("regression"))


def onnx_models(X, y):
    """Pipelines of scikit-learn with an input for each column, and a model of XGBoost with one input for all."""
    texts = [c for c in X if c not in NUMBERS]

    def make(classifier, numbers="passthrough", **options):
        steps = ColumnTransformer([("cat", OneHotEncoder(**options), texts), ("num", numbers, NUMBERS)])
        pipeline = make_pipeline(steps, classifier).fit(X, y)
        numeric = X.select_dtypes("number").columns
        return skl2onnx.to_onnx(pipeline, X[:1].astype({c: "float32" for c in numeric}))

    for name, model in {
        "logistic regression, scaled": make(LogisticRegression(max_iter=1000), StandardScaler()),
        "logistic regression, drop=first": make(LogisticRegression(max_iter=5000), drop="first"),
        "random forest": make(RandomForestClassifier(100, min_samples_leaf=5, random_state=1)),
        "gradient boosting": make(GradientBoostingClassifier(random_state=1)),
        "gradient boosting, scaled": make(GradientBoostingClassifier(random_state=1), StandardScaler()),
        "histogram gradient boosting": make(HistGradientBoostingClassifier(random_state=1), sparse_output=False),
        "decision tree": make(DecisionTreeClassifier(max_depth=6, random_state=1), StandardScaler()),
    }.items():
        session = onnxruntime.InferenceSession(model.SerializeToString())
        kinds = {"tensor(string)": object, "tensor(float)": "float32", "tensor(int64)": "int64"}
        inputs = {i.name: X[[i.name]].to_numpy().astype(kinds[i.type]) for i in session.get_inputs()}
        yield onnx_model(f"ONNX, {name}", session, model, inputs)
    dummies = pandas.get_dummies(X, columns=texts).astype("float32")
    classifier = xgboost.XGBClassifier(n_estimators=100, max_depth=4).fit(dummies.to_numpy(), y)
    width = FloatTensorType([None, dummies.shape[1]])
    model = onnxmltools.convert_xgboost(classifier, initial_types=[("X", width)])
    session = onnxruntime.InferenceSession(model.SerializeToString())
    yield onnx_model("ONNX, XGBoost", session, model, {"X": dummies.to_numpy()}, columns=list(dummies.columns))


def onnx_model(name, session, model, inputs, columns=None):
    found = session.run(None, inputs)[1]
    positive = found[:, 1] if isinstance(found, numpy.ndarray) else numpy.array([row[1] for row in found])
    transform = next(attribute.s.decode() for node in model.graph.node for attribute in node.attribute
                     if attribute.name == "post_transform")
    return Model(name, "onnx", model.SerializeToString(), positive.astype(float), None,
                 is_regression=transform == "NONE", columns=columns)


def save(booster):
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        booster.save_model(file.name)
        return pathlib.Path(file.name).read_bytes()


def run(*command, expected=0):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != expected:
        sys.exit(f"{' '.join(map(str, command))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def cells(column, feature, X):
    """The cells of a column of the encoding, as churnd computes them: in double, rounded once."""
    values = X[feature]
    if "value" in column:
        cell = (values.astype(str) == column["value"]).to_numpy(dtype=float)
    elif "codes" in column:
        cell = values.astype(str).map({code: place for place, code in enumerate(column["codes"])}).to_numpy(dtype=float)
    else:
        cell = values.to_numpy(dtype=float)
    return ((cell - column.get("mean", 0)) / column.get("scale", 1)).astype(numpy.float32)


def leaf_weights(tree, rows):
    """The leaf of one tree for each row. A split of an XGBoost model is x < threshold; members of a set go right."""
    left, right = numpy.array(tree["left_children"]), numpy.array(tree["right_children"])
    features = numpy.array(tree["split_indices"])
    values = numpy.array(tree["split_conditions"], dtype=numpy.float32)
    by_category = numpy.array(tree["split_type"], dtype=bool)
    sets = {}
    for node, start, size in zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"]):
        sets[node] = tree["categories"][start:start + size]
    node = numpy.zeros(len(rows), dtype=int)
    while (left[node] >= 0).any():
        cell = rows[numpy.arange(len(rows)), features[node]]
        goes_left = cell < values[node]
        for place, members in sets.items():
            here = node == place
            goes_left[here] = ~numpy.isin(cell[here], members)
        following = numpy.where(goes_left, left[node], right[node])
        node = numpy.where(left[node] >= 0, following, node)
    assert not by_category[node].any()
    return values[node]


def margins_of(bundle, X):
    """What the bundle means by its format: a sum in double of weights in single precision."""
    columns = json.loads((bundle / "manifest.json").read_text())["encoding"]["columns"]
    learner = json.loads((bundle / "model.json").read_text())["learner"]
    assert learner["attributes"] == {"churnd_sum": "double"}
    rows = numpy.column_stack([cells(column, column["feature"], X) for column in columns])
    booster = learner["gradient_booster"]
    if booster["name"] == "gblinear":
        weights = numpy.array(booster["model"]["weights"], dtype=numpy.float32).astype(float)
        sums = numpy.full(len(rows), weights[-1])
        for place in range(rows.shape[1]):
            sums += rows[:, place].astype(float) * weights[place]
        return sums.astype(numpy.float32)
    sums = numpy.zeros(len(rows))
    for tree in booster["model"]["trees"]:
        sums += leaf_weights(tree, rows).astype(float)
    return sums.astype(numpy.float32)


def golden_rows(bundle, X, margins, is_regression):
    """Puts the rows of the table in the place of the bundle's golden rows."""
    if is_regression:
        probabilities = numpy.clip(margins, 0, 1)
    else:
        one = numpy.float32(1)
        probabilities = one / (numpy.exp(-margins.astype(float)).astype(numpy.float32) + one)
    lines = []
    for request, margin, probability in zip(json.loads(X.to_json(orient="records", double_precision=15)), margins,
                                            probabilities):
        bits = f"0x{margin.view(numpy.uint32):08x}"
        lines.append(f'{{"request":{json.dumps(request)},"margin_bits":"{bits}","probability":{probability}}}\n')
    golden, manifest = bundle / "golden.jsonl", bundle / "manifest.json"
    old = sha256(golden.read_bytes())
    golden.write_text("".join(lines))
    manifest.write_text(manifest.read_text().replace(old, sha256(golden.read_bytes())))


def check(place, data, X, model):
    bundle = place / f"bundle-{model.name}".replace(" ", "-")
    path = place / f"model.{model.ending}"
    path.write_bytes(model.file)
    # With the seventeen digits that tell any two numbers apart.
    pandas.DataFrame({"customerID": data["customerID"], "p": model.predicted}).to_csv(
        place / "expected.csv", index=False, float_format="%.17g")
    options = []
    if model.columns:
        (place / "columns.json").write_text(json.dumps(model.columns))
        options = ["--columns", place / "columns.json"]
    run("churnctl", "model", "import", "--model", path, "--schema", SCHEMA, "--output", bundle, "--name", "imported",
        "--version", "1", "--expect", place / "expected.csv", "--rows", place / "table.csv", *options)
    margins = margins_of(bundle, X)
    golden_rows(bundle, X, margins, model.is_regression)
    text = run("churnctl", "model", "verify", bundle)
    assert f"{len(X)} golden rows reproduced" in text, text
    if model.margins is not None:
        found, wanted = margins, model.margins
    else:
        wanted = model.predicted
        found = numpy.clip(margins, 0, 1) if model.is_regression else 1 / (1 + numpy.exp(-margins.astype(float)))
    differences = numpy.abs(found.astype(float) - wanted)
    equal = int((found.astype(numpy.float32) == wanted.astype(numpy.float32)).sum())
    kind = "margins" if model.margins is not None else "probabilities"
    print(f"{model.name:36} {kind}: greatest difference {differences.max():.1e}, {equal} of {len(X)} equal as float32")
    assert differences.max() <= TOLERANCE, model.name


def main():
    data, X, y = table()
    source = "of CHURN_TELCO_CSV" if "CHURN_TELCO_CSV" in os.environ else "invented"
    print(f"LightGBM {lightgbm.__version__}, scikit-learn {sklearn.__version__}, XGBoost {xgboost.__version__}, "
          f"onnxruntime {onnxruntime.__version__}, {len(X)} rows, {source}")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        data.to_csv(place / "table.csv", index=False)
        for model in itertools.chain(lightgbm_models(X, y), onnx_models(X, y)):
            check(place, data, X, model)


if __name__ == "__main__":
    main()
