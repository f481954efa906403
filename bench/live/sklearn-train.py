"""Fits what Spillway fits, with scikit-learn on one thread: the peer's side of `bench train`.

Argument: a folder with settings.json, and of the rows to train on and those held out NAME.columns (float64, column after column) and NAME.labels
(a byte a row). Answers each line of its input, `fit` or `predict`, with a line of JSON; `predict` leaves probabilities in the file predicted.
"""

import json
import sys
import time
from pathlib import Path

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier

folder = Path(sys.argv[1])
settings = json.loads((folder / "settings.json").read_text())


def rows(name):
    labels = numpy.fromfile(folder / f"{name}.labels", dtype="uint8")
    columns = numpy.fromfile(folder / f"{name}.columns", dtype="<f8").reshape(-1, len(labels))
    return columns.T, labels


def answer(value):
    print(json.dumps(value), flush=True)


columns, labels = rows("train")
held_out, _ = rows("heldOut")
model = None
answer({"ready": True})
for line in sys.stdin:
    if line.strip() == "fit":
        model = HistGradientBoostingClassifier(
            max_iter=settings["rounds"],
            learning_rate=settings["learningRate"],
            max_leaf_nodes=settings["leaves"],
            min_samples_leaf=settings["minRows"],
            max_bins=settings["bins"],
            l2_regularization=0.0,
            early_stopping=False,
            random_state=0,
        )
        wall, cpu = time.perf_counter(), time.process_time()
        model.fit(columns, labels)
        answer({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "trees": model.n_iter_})
    else:
        model.predict_proba(held_out)[:, 1].astype("<f8").tofile(folder / "predicted")
        answer({"rows": len(held_out)})
