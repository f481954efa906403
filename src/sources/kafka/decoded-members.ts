/**
 * Adds the members of records to values that are no JSON, once they are decoded: Avro and Protobuf.
 *
 * Members are parsed as a JSON record is, so an event, or the reason of its rejection, is that of a topic of JSON. A rejected record is kept as
 * JSON with its members. Cost: every record becomes an object, and its members are parsed.
 */
import { isUtf8 } from 'node:buffer'
import { Fault, type JsonRecord, parseJsonRecord, rawFormOf, rawJsonText, type RecordBatch, type Rejection } from '../../intake/index.ts'
import { keptBytes } from '../../kafka/index.ts'

/** The members of a record as a JSON object, by the record's number; `undefined` for a record without any. */
type MembersOf = (number: number) => Buffer | undefined

/** The batch with members in its records, in place of fields of their names. Undecodable records stay as they are. */
export function withDecodedMembers(batch: RecordBatch, membersOf: MembersOf): RecordBatch {
  const { origin, cells } = batch
  const records: unknown[] = []
  const numbers: number[] = []
  const inexact = new Map<number, ReadonlyMap<string, string>>()
  const undecodable: Rejection[] = [...batch.undecodable]
  const undecodableNumbers = [...(batch.undecodableNumbers ?? [])]
  const form = rawFormOf(origin)
  for (let at = 0; at < batch.records.length; at++) {
    const number = batch.numberOf(at)
    const value = cells?.isRead[at] === 1 ? cells.valueOf(at) : batch.records[at]
    const members = membersOf(number)
    const record = members ? recordWith(value, members) : { value }
    if (record instanceof Fault) {
      undecodable.push({ ...record.at(origin.placeOf(number), rawWith(value, members)), ...(form && { form }) })
      undecodableNumbers.push(number)
      continue
    }
    if (record.inexact) inexact.set(records.length, record.inexact)
    records.push(record.value)
    numbers.push(number)
  }
  const { cells: _, ...rest } = batch
  const rawOf = (at: number): string | Uint8Array => rawWith(records[at], membersOf(numbers[at]))
  return { ...rest, records, numberOf: at => numbers[at], rawOf, inexact, undecodable, undecodableNumbers }
}

/** The value with its members, or the reason why a member cannot be read. */
function recordWith(value: unknown, members: Buffer): JsonRecord | Fault {
  const parsed = isUtf8(members) ? parseJsonRecord(members, 0, members.length) : new Fault('not UTF-8')
  return parsed instanceof Fault ? parsed : { ...parsed, value: { ...(value as object), ...(parsed.value as object) } }
}

/** A decoded value and its members as JSON. A replay of it reads each digit of the members again. */
function rawWith(value: unknown, members: Buffer | undefined): string | Uint8Array {
  if (!members) return rawJsonText(value)
  const names = new Set(Object.keys(JSON.parse(members.toString('utf8')) as object))
  const fields = Object.entries(value as object).filter(([name]) => !names.has(name))
  if (fields.length === 0) return keptBytes(members)
  const text = rawJsonText(Object.fromEntries(fields))
  return keptBytes(Buffer.concat([Buffer.from(`${text.slice(0, -1)},`), members.subarray(1)]))
}
