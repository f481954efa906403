"""LightGBM as an external trainer of Spillway (docs/guides/trainers.md, the contract, version 1): rows in, a file of trees out.

    python3 train.py IN OUT

It needs lightgbm and pyarrow. The trees that it writes are scored by Spillway itself, so nothing of Python is needed where decisions are made.
"""

import json
import os
import sys

import lightgbm
import numpy
import pyarrow.parquet

ROUNDS = 100
HELD_OUT = 0.2


def main(given, left):
    with open(os.path.join(given, "manifest.json")) as file:
        manifest = json.load(file)
    if manifest["contract"] != 1:
        sys.exit(f"contract {manifest['contract']} is not known; this trainer speaks 1")
    table = pyarrow.parquet.read_table(os.path.join(given, manifest["rows"]))
    names = [one["name"] for one in manifest["inputs"]]
    booster, metrics = fitted(table, manifest)
    write(os.path.join(left, "model.json"), trees_file(booster, names, manifest["task"]))
    write(os.path.join(left, "metrics.json"), metrics)
    print(f"{booster.num_trees()} trees on {len(table)} rows", metrics)


def fitted(table, manifest):
    """The model, of all rows, and what one like it is worth."""
    rows = numpy.column_stack([doubles(table, one["column"]) for one in manifest["inputs"]])
    labels = doubles(table, manifest["label"])
    weights = doubles(table, manifest["weight"]) if "weight" in manifest else numpy.ones(len(labels))

    # The last rows, which are the latest of a training set, tell what the model is worth; all rows make the one that is used.
    ahead = max(1, int(len(labels) * (1 - HELD_OUT)))
    metrics = {}
    if 0 < ahead < len(labels):
        tried = fit(rows[:ahead], labels[:ahead], weights[:ahead], manifest)
        metrics = measured(tried.predict(rows[ahead:]), labels[ahead:], manifest["task"])
    return fit(rows, labels, weights, manifest), metrics


def doubles(table, name):
    """NULL becomes NaN."""
    return table[name].to_numpy(zero_copy_only=False).astype(float)


def fit(rows, labels, weights, manifest):
    options = {
        "objective": "binary" if manifest["task"] == "probability" else "regression",
        "learning_rate": 0.1,
        "num_leaves": 31,
        "seed": manifest["seed"],
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(options, lightgbm.Dataset(rows, labels, weight=weights), ROUNDS)


def trees_file(booster, names, task):
    trees = [tree_of(one["tree_structure"]) for one in booster.dump_model()["tree_info"]]
    return {
        "format": "spillway-trees",
        "version": 1,
        "link": "logistic" if task == "probability" else "identity",
        # LightGBM has the mean in the leaves of its first tree.
        "base": 0,
        "inputs": {name: number for number, name in enumerate(names)},
        "trees": trees,
    }


def tree_of(root):
    """Nodes in preorder: the left child of a split follows it, `right` says where the other one is."""
    tree = {"input": [], "value": [], "right": [], "nullsLeft": []}

    def walk(node):
        at = len(tree["input"])
        is_leaf = "split_feature" not in node
        tree["input"].append(-1 if is_leaf else node["split_feature"])
        tree["value"].append(node["leaf_value"] if is_leaf else node["threshold"])
        tree["right"].append(0)
        tree["nullsLeft"].append(0 if is_leaf else int(goes_left(node)))
        if is_leaf:
            return
        if node["decision_type"] != "<=":
            sys.exit(f"a split by {node['decision_type']} is none that a file of trees has")
        walk(node["left_child"])
        tree["right"][at] = len(tree["input"])
        walk(node["right_child"])

    walk(root)
    return tree


def goes_left(split):
    """Where no NaN was seen in a column, LightGBM takes one for 0."""
    return split["default_left"] if split["missing_type"] == "NaN" else split["threshold"] >= 0


def measured(scores, labels, task):
    if task != "probability":
        return {"rmse": float(numpy.sqrt(numpy.mean((scores - labels) ** 2)))}
    positives = int(labels.sum())
    if positives == 0 or positives == len(labels):
        return {}
    order, ranks = numpy.unique(scores, return_inverse=True)
    counts = numpy.bincount(ranks, minlength=len(order))
    middle = numpy.cumsum(counts) - (counts - 1) / 2
    sum_of_ranks = float(middle[ranks][labels == 1].sum())
    negatives = len(labels) - positives
    return {"auc": (sum_of_ranks - positives * (positives + 1) / 2) / (positives * negatives)}


def write(path, content):
    with open(path, "w") as file:
        json.dump(content, file, allow_nan=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
