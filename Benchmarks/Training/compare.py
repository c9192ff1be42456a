#!/usr/bin/env python3
"""Compares the model churnctl chose with the defaults of scikit-learn and XGBoost, on the same folds.

    python3 -m venv venv && venv/bin/pip install scikit-learn xgboost pandas
    churnctl train ... --export-folds folds.csv
    venv/bin/python compare.py TABLE.csv folds.csv

The folds and the chosen candidate's probabilities come from churnctl; every figure, also churnctl's, is
computed here by scikit-learn. Rows of the hold-out are never looked at. The others get the columns of
the table as their documentation would have it: categories one-hot, numbers as they are, scaled for the
logistic regression.
"""
import argparse
import sys
import warnings

import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CHOSEN = "churnctl"


def candidates(numbers, categories):
    """What a newcomer would type: every parameter at its default."""

    def pipeline(model, scale=False):
        numeric = StandardScaler() if scale else "passthrough"
        return make_pipeline(
            make_column_transformer(
                (OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
                (numeric, numbers),
            ),
            model,
        )

    return {
        "LogisticRegression()": pipeline(LogisticRegression(max_iter=1000), scale=True),
        "RandomForestClassifier()": pipeline(RandomForestClassifier(random_state=1)),
        "GradientBoostingClassifier()": pipeline(GradientBoostingClassifier(random_state=1)),
        "XGBClassifier()": pipeline(xgboost.XGBClassifier(random_state=1)),
    }


def calibration_error(truth, probability, bins=10):
    place = np.clip(np.ceil(probability * bins) - 1, 0, bins - 1).astype(int)
    gaps = [abs(probability[place == b].sum() - truth[place == b].sum()) for b in range(bins)]
    return sum(gaps) / len(truth)


def measures(truth, probability):
    return (
        roc_auc_score(truth, probability),
        log_loss(truth, np.clip(probability.astype(float), 1e-15, 1 - 1e-15)),
        calibration_error(truth, probability),
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("table")
    arguments.add_argument("folds")
    arguments.add_argument("--target", default="Churn")
    arguments.add_argument("--positive", default="Yes")
    arguments.add_argument("--identifier", default="customerID")
    arguments.add_argument(
        "--number", nargs="*", default=["tenure", "MonthlyCharges", "TotalCharges"])
    given = arguments.parse_args()
    warnings.simplefilter("ignore")

    table = pd.read_csv(given.table, keep_default_na=False)
    folds = pd.read_csv(given.folds)
    truth = (table[given.target] == given.positive).to_numpy().astype(int)
    columns = table.drop(columns=[given.target, given.identifier])
    for name in given.number:
        columns[name] = pd.to_numeric(columns[name].replace(r"^\s*$", "0", regex=True))
    categories = [name for name in columns if name not in given.number]
    columns[categories] = columns[categories].astype(str)

    models = candidates(given.number, categories)
    found = {name: [] for name in [CHOSEN, *models]}
    repeats = [name for name in folds if name.startswith("fold_")]
    learning = folds["hold_out"].to_numpy() == 0
    for repeat in repeats:
        assignment = folds[repeat].to_numpy()
        probability = folds[repeat.replace("fold", "probability")].to_numpy()
        for fold in sorted(set(assignment[learning])):
            test = np.flatnonzero(learning & (assignment == fold))
            train = np.flatnonzero(learning & (assignment != fold))
            found[CHOSEN].append(measures(truth[test], probability[test]))
            for name, model in models.items():
                model.fit(columns.iloc[train], truth[train])
                foretold = model.predict_proba(columns.iloc[test])[:, 1]
                found[name].append(measures(truth[test], foretold))
        print(f"{repeat} done", file=sys.stderr, flush=True)

    print(f"scikit-learn {sklearn.__version__}, XGBoost {xgboost.__version__}, "
          f"{len(found[CHOSEN])} folds, {learning.sum()} rows; mean ± sd")
    figures = {name: np.array(values) for name, values in found.items()}
    for name, values in figures.items():
        mean, deviation = values.mean(0), values.std(0, ddof=1)
        print(f"{name:30} ROC-AUC {mean[0]:.4f} ± {deviation[0]:.4f}  "
              f"log-loss {mean[1]:.4f} ± {deviation[1]:.4f}  "
              f"ECE {mean[2]:.4f} ± {deviation[2]:.4f}")
    print(f"\n{CHOSEN} less the others, fold by fold")
    for name in models:
        gap = figures[CHOSEN] - figures[name]
        area, loss = gap[:, 0], gap[:, 1]
        print(f"{name:30} ROC-AUC {area.mean():+.4f} ± {area.std(ddof=1):.4f}, better in "
              f"{(area > 0).sum()} of {len(area)}; log-loss {loss.mean():+.4f}, better in "
              f"{(loss < 0).sum()} of {len(loss)}")
    best = max(models, key=lambda name: figures[name][:, 0].mean())
    gap = (figures[CHOSEN] - figures[best])[:, 0]
    print(f"\nover the best of them, {best}: {gap.mean():+.4f} ROC-AUC, "
          f"better in {(gap > 0).sum()} of {len(gap)} folds")


if __name__ == "__main__":
    main()
