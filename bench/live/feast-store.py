"""Fills a store of Feast with what Spillway answered, from its offline store into SQLite: the peer's side of `bench serve`.

Arguments: the folder of the store, and the values, a JSON object a line: {"item": KEY, FEATURE: NUMBER, ...}, each line with the same names.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float64

folder, values = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
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

now = datetime.now(timezone.utc)
# Not by pandas, whose reader of JSON rounds.
frame = pandas.DataFrame([json.loads(line) for line in values.read_text().splitlines()])
names = [name for name in frame.columns if name != "item"]
frame[names] = frame[names].astype("float64")
frame["at"] = now - timedelta(hours=1)
frame.to_parquet(folder / "values.parquet")

item = Entity(name="item", join_keys=["item"], value_type=ValueType.STRING)
view = FeatureView(
    name="wide",
    entities=[item],
    ttl=timedelta(days=365),
    schema=[Field(name=name, dtype=Float64) for name in names],
    online=True,
    source=FileSource(path=str(folder / "values.parquet"), timestamp_field="at"),
)
store = FeatureStore(repo_path=str(folder))
store.apply([item, view, FeatureService(name="wide", features=[view])])
store.materialize(now - timedelta(days=1), now)
