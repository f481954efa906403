"""Reads a dashboard from standard input into Grafana's published model, writes it again, and prints the paths of what was lost or changed."""

import json
import sys

from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models import dashboard


def differences(given, written, path=""):
    if isinstance(given, dict) and isinstance(written, dict):
        for name, value in given.items():
            if name not in written:
                yield f"{path}/{name}"
            else:
                yield from differences(value, written[name], f"{path}/{name}")
    elif isinstance(given, list) and isinstance(written, list) and len(given) == len(written):
        for index, (one, other) in enumerate(zip(given, written)):
            yield from differences(one, other, f"{path}/{index}")
    elif given != written:
        yield path


plugins.register_default_plugins()
given = json.load(sys.stdin)
model = dashboard.Dashboard.from_json(given)
written = json.loads(json.dumps(model, cls=encoder.JSONEncoder))
for path in differences(given, written):
    print(path)
