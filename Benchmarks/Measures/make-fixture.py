#!/usr/bin/env python3
"""Writes Tests/TrainingTests/Fixtures/measures.json: invented predictions with ties, and what
scikit-learn measures on them. Needs numpy and scikit-learn.

    python3 Benchmarks/Measures/make-fixture.py > Tests/TrainingTests/Fixtures/measures.json
"""
import json

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

ROWS = 300


def predictions():
    """Two decimals, so that there are ties within and across classes; the ends and the lines of the
    thresholds are among them, and a certain forecast that was wrong."""
    random = np.random.default_rng(7)
    p = random.beta(0.9, 1.8, ROWS).round(2)
    y = (random.random(ROWS) < p).astype(int)
    p[:12] = [0, 0, 1, 1, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 0.5]
    y[:12] = [0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1]
    return p, y


def at(y, called, threshold):
    return {
        "threshold": threshold,
        "precision": metrics.precision_score(y, called, zero_division=0),
        "recall": metrics.recall_score(y, called),
        "f1": metrics.f1_score(y, called),
    }


def highest(thresholds, good):
    return float(max(t for t, is_good in zip(thresholds, good) if is_good))


def main():
    p, y = predictions()
    fpr, tpr, _ = metrics.roc_curve(y, p, drop_intermediate=False)
    precision, recall, thresholds = metrics.precision_recall_curve(y, p)
    f1 = [metrics.f1_score(y, p >= t) for t in thresholds]
    best = highest(thresholds, np.isclose(f1, max(f1), rtol=0, atol=1e-12))
    wanted = highest(thresholds, recall[:-1] >= 0.8)
    rates, means = calibration_curve(y, p, n_bins=10)
    # calibration_curve hides its counts: the same edges again.
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)
    counts = np.bincount(bins, minlength=10)
    full = counts > 0
    single = p.astype(np.float32)
    level = np.where(
        single > np.float32(0.7), "high", np.where(single > np.float32(0.4), "medium", "low"))
    document = {
        "made_by": f"Benchmarks/Measures/make-fixture.py, scikit-learn {sklearn.__version__}",
        "probabilities": p.tolist(),
        "labels": y.tolist(),
        "roc_auc": metrics.roc_auc_score(y, p),
        "pr_auc": metrics.average_precision_score(y, p),
        "log_loss": metrics.log_loss(y, p),
        "brier": metrics.brier_score_loss(y, p),
        "ece": float(np.sum(counts[full] / ROWS * np.abs(means - rates))),
        "at_decision": at(y, p > 0.5, 0.5),
        "at_best_f1": at(y, p >= best, best),
        "at_recall_80": at(y, p >= wanted, wanted),
        "bin_counts": counts.tolist(),
        "bin_means": means.tolist(),
        "bin_rates": rates.tolist(),
        "bands": {
            name: {"share": float(np.mean(level == name)), "rate": float(y[level == name].mean())}
            for name in ["high", "medium", "low"]
        },
        "roc": {"x": fpr.tolist(), "y": tpr.tolist()},
        "pr": {"x": recall[::-1].tolist(), "y": precision[::-1].tolist()},
    }
    print(json.dumps(document))


main()
