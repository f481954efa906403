"""Feast's training rows beside `bench training-set`: `get_historical_features` of the latest values before each (key, time).

Arguments: a folder with events.parquet (key, at, amount, twice, thrice) and asked.parquet (key, event_timestamp), and how many times to measure.
Writes a JSON object a line: the seconds of each time, and how many rows have a value.
"""

import json
import sys
import time
import warnings
from datetime import timedelta
from pathlib import Path

warnings.filterwarnings("ignore")

import pandas
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float64

folder, times = Path(sys.argv[1]).resolve(), int(sys.argv[2])
(folder / "feature_store.yaml").write_text(
    """project: bench
provider: local
registry: registry.db
entity_key_serialization_version: 3
offline_store:
  type: dask
online_store:
  type: sqlite
  path: online.db
"""
)
names = ["amount", "twice", "thrice"]
key = Entity(name="key", join_keys=["key"], value_type=ValueType.STRING)
view = FeatureView(
    name="events",
    entities=[key],
    ttl=timedelta(days=3650),
    schema=[Field(name=name, dtype=Float64) for name in names],
    source=FileSource(path=str(folder / "events.parquet"), timestamp_field="at"),
)
store = FeatureStore(repo_path=str(folder))
store.apply([key, view])
asked = pandas.read_parquet(folder / "asked.parquet")
for _ in range(times):
    began = time.perf_counter()
    rows = store.get_historical_features(entity_df=asked, features=[f"events:{name}" for name in names]).to_df()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": len(rows), "notNull": int(rows["amount"].notna().sum())}), flush=True)
