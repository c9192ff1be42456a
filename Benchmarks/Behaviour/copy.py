#!/usr/bin/env python3
"""How well a copy of the model is learned from n answers with the probability in 4 decimals, in 2
decimals, and from the bands alone (risk level and prediction), as `predict:band` shows them.

The customers are invented, not drawn from the training table; the copy is XGBoost's, the loss is
that of what the answers say: probabilities are soft labels, bands are intervals of the log-odds
(survival:aft). It is judged on other invented customers against the model itself.

usage: copy.py [CHURNCTL] [MODEL] [SIZES] [HELD-OUT]     SIZES as 100,1000,10000
needs: libxgboost, as `make build` installs it; Python's own library alone
"""
import ctypes, ctypes.util, math, os, random, subprocess, sys, tempfile
from array import array

churnctl = sys.argv[1] if len(sys.argv) > 1 else ".build/release/churnctl"
model = sys.argv[2] if len(sys.argv) > 2 else "Models/telco-churn/2"
sizes = [int(size) for size in (sys.argv[3] if len(sys.argv) > 3 else "100,1000,10000").split(",")]
held_out = int(sys.argv[4]) if len(sys.argv) > 4 else 4000

YES_NO = ["Yes", "No"]
SERVICES = ["OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies"]
VALUES = {
    "gender": ["Male", "Female"], "SeniorCitizen": ["0", "1"], "Partner": YES_NO, "Dependents": YES_NO,
    "PhoneService": YES_NO, "MultipleLines": YES_NO + ["No phone service"],
    "InternetService": ["DSL", "Fiber optic", "No"],
    **{service: YES_NO + ["No internet service"] for service in SERVICES},
    "Contract": ["Month-to-month", "One year", "Two year"], "PaperlessBilling": YES_NO,
    "PaymentMethod": ["Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"],
}
NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
FIELDS = list(VALUES)[:4] + ["tenure"] + list(VALUES)[4:] + ["MonthlyCharges", "TotalCharges"]


def customer(draw):
    """One that could be: charges follow from services, and the sum of charges from the months."""
    row = {name: draw.choice(values) for name, values in VALUES.items()}
    row["SeniorCitizen"] = "1" if draw.random() < 0.16 else "0"
    row["MultipleLines"] = draw.choice(YES_NO) if row["PhoneService"] == "Yes" else "No phone service"
    for service in SERVICES:
        row[service] = draw.choice(YES_NO) if row["InternetService"] != "No" else "No internet service"
    tenure = draw.randint(0, 72)
    charges = {"DSL": 45, "Fiber optic": 70, "No": 20}[row["InternetService"]] + draw.uniform(-3, 3)
    charges += sum(5 for service in SERVICES if row[service] == "Yes")
    row["tenure"], row["MonthlyCharges"] = str(tenure), f"{charges:.2f}"
    row["TotalCharges"] = f"{tenure * charges * draw.uniform(0.9, 1.1):.2f}"
    return row


def encoded(rows):
    """What the attacker's learner sees: a column for each value, and the numbers."""
    cells = array("f")
    for row in rows:
        for name, values in VALUES.items():
            cells.extend(1.0 if row[name] == value else 0.0 for value in values)
        cells.extend(float(row[name]) for name in NUMBERS)
    return cells


def answers(rows, directory):
    """The model's own probabilities, as churnd answers them."""
    path = os.path.join(directory, "customers.csv")
    with open(path, "w") as table:
        table.write(",".join(FIELDS) + "\n")
        table.writelines(",".join(row[name] for name in FIELDS) + "\n" for row in rows)
    output = subprocess.run(
        [churnctl, "score", "--model", model, "--input", path],
        check=True, capture_output=True, text=True).stdout.splitlines()
    place = output[0].split(",").index("churn_probability")
    return [float(line.split(",")[place]) for line in output[1:]]


library = ctypes.CDLL(ctypes.util.find_library("xgboost") or "libxgboost.so.0")
library.XGBGetLastError.restype = ctypes.c_char_p


def call(name, *arguments):
    if getattr(library, name)(*arguments) != 0:
        sys.exit(f"{name}: {library.XGBGetLastError().decode()}")


def matrix(rows):
    cells, handle = encoded(rows), ctypes.c_void_p()
    buffer = (ctypes.c_float * len(cells)).from_buffer(cells)
    call("XGDMatrixCreateFromMat", buffer, ctypes.c_uint64(len(rows)),
         ctypes.c_uint64(len(cells) // len(rows)), ctypes.c_float(math.nan), ctypes.byref(handle))
    return handle


def label(data, field, values):
    call("XGDMatrixSetFloatInfo", data, field.encode(), (ctypes.c_float * len(values))(*values),
         ctypes.c_uint64(len(values)))


def margins(learned, rows, parameters, labels, rounds=400):
    """Trains on rows with labels and returns the margins of other rows."""
    data, booster = matrix(learned), ctypes.c_void_p()
    for field, values in labels.items():
        label(data, field, values)
    call("XGBoosterCreate", (ctypes.c_void_p * 1)(data), ctypes.c_uint64(1), ctypes.byref(booster))
    settings = {"eta": 0.1, "max_depth": 3, "min_child_weight": 1, "lambda": 1, "seed": 1, "nthread": 1,
                "tree_method": "hist", "verbosity": 0, **parameters}
    for name, value in settings.items():
        call("XGBoosterSetParam", booster, name.encode(), str(value).encode())
    for number in range(rounds):
        call("XGBoosterUpdateOneIter", booster, number, data)
    other, count, found = matrix(rows), ctypes.c_uint64(), ctypes.POINTER(ctypes.c_float)()
    call("XGBoosterPredict", booster, other, 1, 0, 0, ctypes.byref(count), ctypes.byref(found))
    result = [found[index] for index in range(count.value)]
    call("XGBoosterFree", booster)
    call("XGDMatrixFree", data)
    call("XGDMatrixFree", other)
    return result


def probability(margin):
    return 1 / (1 + math.exp(-margin))


def band(p):
    """The level of the risk and whether churn is predicted: four intervals of the probability."""
    return sum(p > edge for edge in (0.4, 0.5, 0.7))


def copy(learned, found, rows, form):
    if form != "bands":
        decimals = int(form.split()[0])
        labels = [round(p, decimals) for p in found]
        return [probability(margin) for margin in margins(
            learned, rows, {"objective": "binary:logistic"}, {"label": labels})]
    # exp(log-odds) lies in an interval; AFT's margin is the logarithm of that.
    edges = [0.0] + [p / (1 - p) for p in (0.4, 0.5, 0.7)] + [math.inf]
    lower = [edges[band(p)] for p in found]
    upper = [edges[band(p) + 1] for p in found]
    return [probability(margin) for margin in margins(
        learned, rows,
        {"objective": "survival:aft", "eval_metric": "aft-nloglik", "base_score": 1, "eta": 0.05,
         "aft_loss_distribution": "logistic", "aft_loss_distribution_scale": 0.2},
        {"label_lower_bound": lower, "label_upper_bound": upper})]


def area(truth, score):
    """That a customer whom the model calls churning is ranked above one whom it does not."""
    order = sorted(range(len(score)), key=score.__getitem__)
    ranks, index = [0.0] * len(score), 0
    while index < len(order):
        end = index
        while end < len(order) and score[order[end]] == score[order[index]]:
            end += 1
        for place in order[index:end]:
            ranks[place] = (index + end + 1) / 2
        index = end
    positives = sum(truth)
    if positives in (0, len(truth)):
        return math.nan
    total = sum(rank for rank, is_positive in zip(ranks, truth) if is_positive)
    return (total - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))


draw = random.Random(20261130)
rows = [customer(draw) for _ in range(max(sizes) + held_out)]
with tempfile.TemporaryDirectory() as directory:
    truth = answers(rows, directory)
learned, tested = rows[:max(sizes)], rows[max(sizes):]
known, expected = truth[:max(sizes)], truth[max(sizes):]
positive = [p > 0.5 for p in expected]
print(f"{model}, {held_out} held-out customers")
print("answers  shown        AUC   same level   same prediction   RMSE")
for size in sizes:
    for form in ("4 decimals", "2 decimals", "bands"):
        found = copy(learned[:size], known[:size], tested, form)
        level = sum((p > 0.4) + (p > 0.7) == (q > 0.4) + (q > 0.7) for p, q in zip(found, expected)) / held_out
        same = sum((p > 0.5) == (q > 0.5) for p, q in zip(found, expected)) / held_out
        error = math.sqrt(sum((p - q) ** 2 for p, q in zip(found, expected)) / held_out)
        print(f"{size:7}  {form:10} {area(positive, found):7.4f} {level:10.1%} {same:15.1%} {error:10.4f}")
