"""Writes random messages of each writer's Protobuf file on standard input, a JSON line each, and says how Google's protobuf reads them.

An answer has the bytes in hexadecimal, also of merged and damaged ones, and the value as the reader's file has it, or the error.
"""

import base64
import json
import os
import random
import sys
import tempfile

import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError
from grpc_tools import protoc

MESSAGES = 4
TEXTS = ["", "text", "größe", "日本語", "a" * 200, "\u0000", "😀"]
INT32 = [0, 1, -1, 2**31 - 1, -(2**31)]
INT64 = [0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
WRAPPERS = {f"google.protobuf.{name}Value" for name in ("Int64", "String", "Double", "Bool", "Bytes")}


def compiled(cases):
    """Message classes of the writer and the reader of each case, by one run of protoc for each side."""
    sides = {}
    for side in ("writer", "reader"):
        with tempfile.TemporaryDirectory() as folder:
            names = [f"case{i}.proto" for i in range(len(cases))]
            for i, name in enumerate(names):
                syntax, rest = cases[i][side].split("\n", 1)
                with open(os.path.join(folder, name), "w", encoding="utf8") as file:
                    file.write(f"{syntax}\npackage case{i};\n{rest}")
            include = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")
            out = os.path.join(folder, "out")
            status = protoc.main(["protoc", f"-I{folder}", f"-I{include}", "--include_imports", f"--descriptor_set_out={out}", *names])
            if status != 0:
                sys.exit(f"protoc: {status}")
            with open(out, "rb") as file:
                files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        sides[side] = [
            message_factory.GetMessageClass(pool.FindMessageTypeByName(f"case{i}.{case['message']}")) for i, case in enumerate(cases)
        ]
    return sides


def scalar(field, rng):
    kind = field.type
    if kind == F.TYPE_ENUM:
        return rng.choice(field.enum_type.values).number
    if kind == F.TYPE_BOOL:
        return rng.random() < 0.5
    if kind == F.TYPE_STRING:
        return rng.choice(TEXTS)
    if kind == F.TYPE_BYTES:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(6)))
    if kind in (F.TYPE_DOUBLE, F.TYPE_FLOAT):
        return rng.choice([0.0, 1.5, -2.25, 1e10, rng.randrange(-1000, 1000) / 8])
    if kind in (F.TYPE_INT32, F.TYPE_SINT32, F.TYPE_SFIXED32):
        return rng.choice([*INT32, rng.randrange(-(2**31), 2**31), rng.randrange(100)])
    if kind in (F.TYPE_UINT32, F.TYPE_FIXED32):
        return rng.choice([0, 1, 2**32 - 1, rng.randrange(2**32)])
    if kind in (F.TYPE_UINT64, F.TYPE_FIXED64):
        return rng.choice([0, 1, 2**53 + 1, 2**64 - 1, rng.randrange(2**64), rng.randrange(1000)])
    return rng.choice([*INT64, rng.randrange(-(2**63), 2**63), rng.randrange(1000)])


def fill(message, rng, depth=0):
    name = message.DESCRIPTOR.full_name
    if name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        message.seconds = rng.randrange(-10_000_000_000, 10_000_000_000) if rng.random() < 0.8 else 0
        message.nanos = rng.choice([0, 1, 999_999_999, 500_000_000, 1_000_000 * rng.randrange(1000)])
        return message
    for field in message.DESCRIPTOR.fields:
        is_required = field.is_required
        if not is_required and (rng.random() < 0.25 or (field.message_type and depth > 2)):
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            target = getattr(message, field.name)
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            for _ in range(rng.randrange(3)):
                if value.message_type:
                    fill(target[scalar(key, rng)], rng, depth + 1)
                else:
                    target[scalar(key, rng)] = scalar(value, rng)
        elif field.is_repeated:
            for _ in range(rng.randrange(4)):
                if field.message_type:
                    fill(getattr(message, field.name).add(), rng, depth + 1)
                else:
                    getattr(message, field.name).append(scalar(field, rng))
        elif field.message_type:
            part = getattr(message, field.name)
            part.SetInParent()
            fill(part, rng, depth + 1)
        else:
            setattr(message, field.name, scalar(field, rng))
    return message


def tagged(field, value):
    if field.message_type:
        return walked(value)
    if field.type == F.TYPE_ENUM:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named else {"i": str(value)}
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, float):
        return {"f": value if value - value == 0 else str(value).replace("inf", "Infinity")}
    return {"i": str(value)}


def walked(message):
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        return {"i": str(message.seconds * 1000 + message.nanos // 1_000_000)}
    if name == "google.protobuf.Duration":
        return {"f": message.seconds * 1000 + message.nanos / 1e6}
    if name in WRAPPERS:
        return tagged(message.DESCRIPTOR.fields[0], message.value)
    fields = []
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type and field.message_type.GetOptions().map_entry:
            key, of = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            entries = [[str(k).lower() if isinstance(k, bool) else str(k), tagged(of, v)] for k, v in value.items()]
            fields.append([field.name, {"o": entries}])
        elif field.is_repeated:
            fields.append([field.name, {"l": [tagged(field, item) for item in value]}])
        elif not field.has_presence or message.HasField(field.name) or field.has_default_value:
            fields.append([field.name, tagged(field, value)])
    return {"o": fields}


def damaged(blob, rng):
    if not blob:
        return blob
    at = rng.randrange(len(blob))
    if rng.random() < 0.4:
        return blob[:at]
    return blob[:at] + bytes([rng.randrange(256)]) + blob[at + 1 :]


cases = [json.loads(line) for line in sys.stdin]
classes = compiled(cases)
for i, case in enumerate(cases):
    rng = random.Random(json.dumps(case))
    writer, reader = classes["writer"][i], classes["reader"][i]
    blobs = [fill(writer(), rng).SerializeToString() for _ in range(MESSAGES)]
    blobs.append(blobs[0] + blobs[1])
    # An entry of a map with a damaged tag is no entry here; other implementations keep it.
    if "map<" not in case["reader"]:
        blobs += [damaged(rng.choice(blobs), rng) for _ in range(2 * MESSAGES)]
    records = []
    for blob in blobs:
        record = {"hex": blob.hex()}
        try:
            message = reader.FromString(blob)
            if not message.IsInitialized():
                raise DecodeError("a required field is missing")
            record["value"] = walked(message)
        except (DecodeError, UnicodeDecodeError, OverflowError) as error:
            record["error"] = f"{type(error).__name__}: {error}"[:200]
        records.append(record)
    print(json.dumps({"records": records}))
