"""The same trainer, which leaves a graph of ONNX instead of a file of trees (docs/guides/trainers.md, the contract, version 1).

    python3 train_onnx.py IN OUT

It needs lightgbm, pyarrow, onnxmltools, skl2onnx and packaging. Where decisions are made it needs the package onnxruntime-node.
"""

import json
import os
import sys

import onnxmltools
import pyarrow.parquet
from onnxmltools.convert.common.data_types import FloatTensorType

# What is imported leaves nothing beside it.
sys.dont_write_bytecode = True
import train

OPSET = 15


def main(given, left):
    with open(os.path.join(given, "manifest.json")) as file:
        manifest = json.load(file)
    if manifest["contract"] != 1:
        sys.exit(f"contract {manifest['contract']} is not known; this trainer speaks 1")
    table = pyarrow.parquet.read_table(os.path.join(given, manifest["rows"]))
    names = [one["name"] for one in manifest["inputs"]]
    booster, metrics = train.fitted(table, manifest)
    # Without ZipMap the probabilities are one matrix; a column of floats for each input, in the order of the manifest.
    columns = [("X", FloatTensorType([None, len(names)]))]
    graph = onnxmltools.convert_lightgbm(booster, initial_types=columns, zipmap=False, target_opset=OPSET)
    # A matrix has no names: with these Spillway checks that they are still those of the model.
    entry = graph.metadata_props.add()
    entry.key, entry.value = "spillway.inputs", json.dumps(names)
    with open(os.path.join(left, "model.onnx"), "wb") as file:
        file.write(graph.SerializeToString())
    train.write(os.path.join(left, "metrics.json"), metrics)
    print(f"{booster.num_trees()} trees as ONNX", metrics)


if __name__ == "__main__":
    main(*sys.argv[1:])
