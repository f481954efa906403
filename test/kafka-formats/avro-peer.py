"""Writes random values of each writer's Avro schema on standard input, a JSON line each, and says how fastavro reads them with the reader's.

Values are random physical values, in the range of their logical type. An answer has the bytes in hexadecimal and the value with its types.
"""

import base64
import datetime
import decimal
import io
import json
import random
import sys
import uuid
import warnings

import fastavro

RECORDS = 4
EPOCH = datetime.datetime(1970, 1, 1)
TEXTS = ["", "text", "größe", "日本語", "a" * 200, "\u0000\t\"", "😀"]
warnings.simplefilter("ignore")


def longs(rng):
    return rng.choice([0, 1, -1, 2**31, 2**53 - 1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), rng.randrange(-(2**62), 2**62), rng.randrange(200)])


def logical(kind, schema, rng):
    """A physical value of a logical type; None for a type without one."""
    name = schema.get("logicalType")
    seconds = rng.randrange(-5_000_000_000, 12_000_000_000)
    if name == "date":
        return rng.randrange(-300_000, 700_000)
    if name == "time-millis":
        return rng.randrange(86_400_000)
    if name == "time-micros":
        return rng.randrange(86_400_000_000)
    if name in ("timestamp-millis", "local-timestamp-millis"):
        return seconds * 1000 + rng.randrange(1000)
    if name in ("timestamp-micros", "local-timestamp-micros"):
        return seconds * 1_000_000 + rng.randrange(1_000_000)
    if name == "uuid":
        value = uuid.UUID(int=rng.getrandbits(128))
        return str(value) if kind == "string" else value.bytes
    if name == "decimal":
        value = rng.choice([0, 1, -1, 10 ** schema["precision"] - 1, -(10 ** schema["precision"]) + 1, rng.randrange(-(10 ** schema["precision"]) + 1, 10 ** schema["precision"])])
        size = schema["size"] if kind == "fixed" else (value.bit_length() + 8) // 8
        return value.to_bytes(size, "big", signed=True)
    return None


def datum(schema, rng, named, depth=0):
    if isinstance(schema, list):
        branches = [branch for branch in schema if branch == "null"] if depth > 4 else schema
        branch = rng.choice(branches or schema)
        value = datum(branch, rng, named, depth + 1)
        name = branch.get("name", branch["type"]) if isinstance(branch, dict) else branch
        return (name, value) if isinstance(value, dict) and (name in named or name == "record") else value
    if isinstance(schema, str):
        if schema in named:
            return datum(named[schema], rng, named, depth + 1)
        return {
            "null": lambda: None,
            "boolean": lambda: rng.random() < 0.5,
            "int": lambda: rng.choice([0, -1, 2**31 - 1, -(2**31), rng.randrange(-(2**31), 2**31), rng.randrange(100)]),
            "long": lambda: longs(rng),
            "float": lambda: rng.randrange(-1000, 1000) / 4,
            "double": lambda: rng.choice([rng.random() * 1000, 1e300, -1e-300, 0.1]),
            "bytes": lambda: bytes(rng.choice(TEXTS), "utf8"),
            "string": lambda: rng.choice(TEXTS),
        }[schema]()
    kind = schema["type"]
    if "name" in schema:
        named[schema["name"]] = schema
    value = logical(kind, schema, rng)
    if value is not None:
        return value
    if kind == "record":
        return {field["name"]: datum(field["type"], rng, named, depth + 1) for field in schema["fields"]}
    if kind == "enum":
        return rng.choice(schema["symbols"])
    if kind == "fixed":
        return bytes(rng.randrange(256) for _ in range(schema["size"]))
    if kind == "array":
        return [datum(schema["items"], rng, named, depth + 1) for _ in range(rng.randrange(4))]
    if kind == "map":
        return {rng.choice(["", "k", "größe", "__proto__"]) + str(i): datum(schema["values"], rng, named, depth + 1) for i in range(rng.randrange(3))}
    return datum(kind, rng, named, depth)


def micros(delta):
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def tagged(value):
    """A value with its type, so that JSON rounds nothing."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"f": value}
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, decimal.Decimal):
        return {"d": format(value, "f")}
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            return {"i": str(micros(value.astimezone(datetime.timezone.utc).replace(tzinfo=None) - EPOCH) // 1000)}
        return (EPOCH + datetime.timedelta(milliseconds=micros(value - EPOCH) // 1000)).isoformat(timespec="milliseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return {"i": str(((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000)}
    if isinstance(value, (list, tuple)):
        return {"l": [tagged(item) for item in value]}
    return {"o": [[key, tagged(item)] for key, item in value.items()]}


def plain(schema):
    return json.loads(json.dumps(schema), object_hook=lambda d: {k: v for k, v in d.items() if k not in ("logicalType", "precision", "scale")})


for line in sys.stdin:
    pair = json.loads(line)
    rng = random.Random(line)
    answer = {"records": []}
    try:
        physical = fastavro.parse_schema(plain(pair["writer"]))
        writer, reader = (fastavro.parse_schema(json.loads(json.dumps(pair[name]))) for name in ("writer", "reader"))
        for _ in range(RECORDS):
            buffer = io.BytesIO()
            fastavro.schemaless_writer(buffer, physical, datum(pair["writer"], rng, {}))
            record = {"hex": buffer.getvalue().hex()}
            try:
                record["value"] = tagged(fastavro.schemaless_reader(io.BytesIO(buffer.getvalue()), writer, reader))
            except Exception as error:
                record["error"] = f"{type(error).__name__}: {error}"[:200]
            answer["records"].append(record)
    except Exception as error:
        answer["failed"] = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps(answer))
