/** Types of Google that files import: times, durations and wrapped scalars. Their values are plain, as in records of JSON. */
import { limits } from '../../../base/index.ts'
import { parseProtobuf, type ProtoMessage } from '../../../schema/index.ts'
import type { BinaryCursor } from '../binary-cursor.ts'

const text = `syntax = "proto3";
package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message DoubleValue { double value = 1; }
message FloatValue { float value = 1; }
message Int64Value { int64 value = 1; }
message UInt64Value { uint64 value = 1; }
message Int32Value { int32 value = 1; }
message UInt32Value { uint32 value = 1; }
message BoolValue { bool value = 1; }
message StringValue { string value = 1; }
message BytesValue { bytes value = 1; }
message Empty {}
`

/** By full name. */
export const wellKnownMessages: ReadonlyMap<string, ProtoMessage> = new Map(
  [...parseProtobuf(text).messages.values()].map(message => [message.fullName, message]),
)

type Fields = Readonly<Record<string, unknown>>

/**
 * Converts a message to a plain value; `undefined` for a message that stays a record. A time is UTC milliseconds, a fraction of one rounded
 * toward the past; a duration is milliseconds, with a fraction, which no column takes.
 */
export function wellKnownConversion(fullName: string): ((fields: Fields, cursor: BinaryCursor) => unknown) | undefined {
  if (fullName === 'google.protobuf.Timestamp')
    return ({ seconds, nanos }, cursor: BinaryCursor) => {
      if (!isNanos(nanos) || nanos < 0) cursor.fail(`a Timestamp has ${String(nanos)} nanos`)
      return milliseconds(seconds as number | bigint, Math.floor(nanos / 1e6))
    }
  if (fullName === 'google.protobuf.Duration')
    return ({ seconds, nanos }, cursor: BinaryCursor) => {
      if (!isNanos(nanos)) cursor.fail(`a Duration has ${String(nanos)} nanos`)
      return milliseconds(seconds as number | bigint, nanos / 1e6)
    }
  return /^google\.protobuf\.\w+Value$/.test(fullName) && wellKnownMessages.has(fullName) ? ({ value }) => value : undefined
}

/** A bigint beyond what a column of times holds, so that nothing is rounded. */
const milliseconds = (seconds: number | bigint, fraction: number): number | bigint =>
  typeof seconds === 'number' && Math.abs(seconds) <= limits.TIME_MS_MAX
    ? seconds * 1000 + fraction
    : BigInt(seconds) * 1000n + BigInt(Math.trunc(fraction))

const isNanos = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) < 1e9
