"""Says of each pair of Avro schemas on standard input, a JSON line each, whether others' programs read what the writer's schema writes.

`avro` is Apache's package; `fastavro` resolves aliases and defaults of enums, which the reader of `avro` does not know.
"""

import io
import json
import random
import sys
import warnings

import avro.compatibility
import avro.io
import avro.schema
import fastavro

RECORDS = 12
warnings.simplefilter("ignore")


def datum(schema, rng, named, depth=0):
    if isinstance(schema, list):
        branches = [branch for branch in schema if branch == "null"] if depth > 4 else schema
        return datum(rng.choice(branches or schema), rng, named, depth + 1)
    if isinstance(schema, str):
        if schema in named:
            return datum(named[schema], rng, named, depth + 1)
        return {
            "null": lambda: None,
            "boolean": lambda: rng.random() < 0.5,
            "int": lambda: rng.randrange(-(2**31), 2**31),
            "long": lambda: rng.randrange(-(2**62), 2**62),
            "float": lambda: rng.randrange(-1000, 1000) / 4,
            "double": lambda: rng.random() * 1000,
            "bytes": lambda: b"bytes",
            "string": lambda: "text",
        }[schema]()
    kind = schema["type"]
    if "name" in schema:
        named[schema["name"]] = schema
    if kind == "record":
        return {field["name"]: datum(field["type"], rng, named, depth + 1) for field in schema["fields"]}
    if kind == "enum":
        return rng.choice(schema["symbols"])
    if kind == "fixed":
        return bytes(rng.randrange(256) for _ in range(schema["size"]))
    if kind == "array":
        return [datum(schema["items"], rng, named, depth + 1) for _ in range(rng.randrange(3))]
    if kind == "map":
        return {str(i): datum(schema["values"], rng, named, depth + 1) for i in range(rng.randrange(3))}
    return datum(kind, rng, named, depth)


def written(schema, rng):
    parsed = fastavro.parse_schema(schema)
    plain = json.loads(json.dumps(schema), object_hook=lambda d: {k: v for k, v in d.items() if k != "logicalType"})
    out = []
    for _ in range(RECORDS):
        value = datum(plain, rng, {})
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, fastavro.parse_schema(plain), value)
        out.append(buffer.getvalue())
    return out


def reads(read, blobs):
    for blob in blobs:
        try:
            read(io.BytesIO(blob))
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
    return None


for line in sys.stdin:
    pair = json.loads(line)
    rng = random.Random(line)
    answer = {}
    try:
        reader, writer = (avro.schema.parse(json.dumps(pair[name])) for name in ("reader", "writer"))
        result = avro.compatibility.ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
        answer["compatible"] = result.compatibility is avro.compatibility.SchemaCompatibilityType.compatible
        answer["messages"] = sorted(result.messages)
        blobs = written(pair["writer"], rng)
        answer["avro"] = reads(lambda source: avro.io.DatumReader(writer, reader).read(avro.io.BinaryDecoder(source)), blobs)
        own, foreign = (fastavro.parse_schema(json.loads(json.dumps(pair[name]))) for name in ("reader", "writer"))
        answer["fastavro"] = reads(lambda source: fastavro.schemaless_reader(source, foreign, own), blobs)
    except Exception as error:
        answer["failed"] = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps(answer))
