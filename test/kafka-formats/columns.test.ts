/** Columns beside the value: a topic of any format gives the events and rejections of the topic of JSON with the same logical records. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { type KafkaColumnsIR, type KafkaFormat, kafkaFormats, plainKafkaPlace } from '../../src/define/config/kafka-place-ir.ts'
import type { ColumnIR, SourceIR } from '../../src/define/ir/ir.ts'
import type { RecordBatch } from '../../src/intake/record-batch.ts'
import type { Rejection } from '../../src/intake/rejection.ts'
import type { StoredDeadLetter } from '../../src/log/dead-letters.ts'
import { deadLetterBatch } from '../../src/operate/control/dead-letter-replay.ts'
import { RecordMembers } from '../../src/sources/kafka/record-members.ts'
import { topicBatch } from '../../src/sources/kafka/topic-batch.ts'
import { formatOpener } from '../../src/sources/kafka/value-format.ts'
import { fetchedRecords, keyedColumns, type KeyedRecord } from '../kafka/keyed-records.ts'
import { sourceIR } from '../source-ir.ts'
import { rowsOf } from './cell-agreement.ts'
import { encodedRecord, type LogicalRecord, type LogicalSchema, registeredSchemas } from './logical-records.ts'
import { TestRegistry } from './test-registry.ts'
import { sweep } from '../sweep.ts'

const registry = await TestRegistry.start()
after(() => registry.close())

const lenient = sourceIR([
  { name: 'k', type: 'string', nullable: false },
  { name: 'at', type: 'timestamp', nullable: false },
  { name: 'n', type: 'int', nullable: true },
  { name: 'd', type: 'double', nullable: true },
  { name: 'amount', type: 'decimal', scale: 2, nullable: true },
  { name: 'ok', type: 'bool', nullable: true },
  { name: 'text', type: 'string', nullable: true },
  { name: 'region', type: 'string', nullable: true, default: 'here' },
] satisfies ColumnIR[])
const bounds: Readonly<Record<string, Partial<ColumnIR>>> = { n: { min: 0 }, text: { maxBytes: 8 } }
const source: SourceIR = { ...lenient, columns: lenient.columns.map(column => ({ ...column, ...bounds[column.name] })) }
const names = source.columns.map(({ name }) => name)
const fieldTypes = { k: 'string', at: 'long', n: 'long', d: 'double', amount: 'string', ok: 'boolean', text: 'string' } as const

/** A batch of a topic with columns. */
async function batchOf(value: KafkaFormat, columns: KafkaColumnsIR, records: readonly KeyedRecord[]): Promise<RecordBatch> {
  const place = { ...plainKafkaPlace('rows'), value, columns, registry: { url: { kind: 'value', value: registry.url } } } as const
  const format = formatOpener(place, { name: source.name, source, env: {} })(assert.fail)
  const members = new RecordMembers(source, columns)
  const options = { name: 'kafka:rows', format, skipsTombstones: false, members, signal: new AbortController().signal }
  return topicBatch(fetchedRecords(keyedColumns(records)), options)
}

/** Rows and rejections of a batch, and what a replay of each dead letter of JSON gives under a source that takes other values. */
function outcomeOf(batch: RecordBatch) {
  const letters: Rejection[] = [...batch.undecodable]
  const { rows, rejected, raw } = rowsOf(source, batch)
  for (const { raw: text, form } of raw) letters.push({ reason: 'schema', detail: '', place: 'p', raw: text, ...(form && { form }) })
  return { rows, rejected, letters: letters.map(replayed) }
}

/** A dead letter that is sent again: its values, under a source of texts and numbers without limits. */
function replayed(letter: Rejection): unknown {
  const { records, undecodable } = deadLetterBatch(letter as unknown as StoredDeadLetter)
  const { rows, rejected } = rowsOf(lenient, deadLetterBatch(letter as unknown as StoredDeadLetter))
  const fields = records.map(record => Object.entries(record as object).filter(([, value]) => value !== null))
  return {
    rows,
    rejected: rejected.map(withoutNullReason),
    fields: fields.map(each => Object.fromEntries(each) as unknown),
    problems: undecodable.map(({ detail }) => detail),
  }
}

const anyText = fc.string({ unit: 'binary', maxLength: 3 }).map(text => text.toWellFormed())
const fields = {
  k: anyText,
  at: fc.integer({ min: 0, max: 2e12 }),
  n: fc.oneof(fc.maxSafeNat(), fc.constant(-5)),
  d: fc.double({ noNaN: true, noDefaultInfinity: true }),
  amount: fc.oneof({ weight: 9, arbitrary: fc.integer().map(String) }, fc.constantFrom('1.25', 'junk')),
  ok: fc.boolean(),
  text: anyText,
}
const headerValue = fc.oneof(
  fc.constantFrom('5', '-5', '1.25', '1e3', 'true', '', '12345678901234567890', '9007199254740993.10', '0.1234567890123456789', '007'),
  anyText,
  fc.constant(Buffer.from('c3', 'hex')),
  fc.constant(undefined),
)
const column = fc.constantFrom(...names)
const scenario = fc.record({
  schema: fc.subarray(Object.keys(fieldTypes) as (keyof typeof fieldTypes)[], { minLength: 4 }),
  beside: fc.shuffledSubarray(names, { minLength: 1, maxLength: 3 }),
  hasKey: fc.boolean(),
  hasTime: fc.boolean(),
  records: fc.array(
    fc.record({
      value: fc.record(fields),
      nulls: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, fc.array(column, { maxLength: 2 })),
      key: fc.option(fc.oneof(anyText, headerValue), { nil: undefined }),
      time: fc.integer({ min: -1, max: 2e12 }),
      headers: fc.array(fc.tuple(column, headerValue), { maxLength: 6 }),
    }),
    { maxLength: 6 },
  ),
})

/** The columns beside the value: the first two of the list may be the key and the time. */
function columnsOf(beside: readonly string[], hasKey: boolean, hasTime: boolean): KafkaColumnsIR {
  const rest = [...beside]
  const key = hasKey ? rest.shift() : undefined
  const timestamp = hasTime ? rest.shift() : undefined
  const headers = Object.fromEntries(rest.map(name => [name, `x-${name}`]))
  return { ...(key !== undefined && { key }), ...(timestamp !== undefined && { timestamp }), headers }
}

test('the events, rejections and replays of each format are those of JSON', async () => {
  const counts = { rows: 0, rejected: 0 }
  const property = fc.asyncProperty(scenario, async ({ schema, beside, hasKey, hasTime, records }) => {
    const types: LogicalSchema = Object.fromEntries(schema.map(name => [name, fieldTypes[name]]))
    const columns = columnsOf(beside, hasKey, hasTime)
    const registered = registeredSchemas(types)
    const outcomes = new Map<KafkaFormat, ReturnType<typeof outcomeOf>>()
    for (const format of kafkaFormats) {
      const id = format === 'json' ? 0 : registry.register(`rows-${format}`, registered[format])
      const written = records.map(({ value, nulls, key, time, headers }): KeyedRecord => {
        const logical: LogicalRecord = Object.fromEntries(schema.map(name => [name, nulls.includes(name) ? null : value[name]]))
        return {
          ...(key !== undefined && { key }),
          value: encodedRecord(format, id, types, logical),
          time,
          headers: headers.map(([name, text]) => [`x-${name}`, text]),
        }
      })
      outcomes.set(format, outcomeOf(await batchOf(format, columns, written)))
    }
    const expected = outcomes.get('json')!
    counts.rows += expected.rows.length
    counts.rejected += expected.rejected.length
    for (const [format, outcome] of outcomes) assert.deepEqual(withoutNulls(outcome), withoutNulls(expected), format)
  })
  await fc.assert(property, { numRuns: sweep(250, 500) })
  assert.ok(counts.rows > sweep(50, 100) && counts.rejected > sweep(50, 100), JSON.stringify(counts))
})

/** Of a field that is null, JSON and Avro say so, and Protobuf leaves it out. */
const withoutNullReason = (text: string): string => text.replace(/ is (NULL|missing).*/, ' is NULL')
const withoutNulls = (outcome: ReturnType<typeof outcomeOf>) => ({ ...outcome, rejected: outcome.rejected.map(withoutNullReason) })

test('a dead letter that is JSON has the columns, and other bytes that cannot be decoded stay as they are', async () => {
  const columns = { key: 'k', headers: { text: 'x-text' } }
  const types = { k: 'string', n: 'long' } as const
  const plain = '{"n":1,"k":"own"}'
  for (const format of ['json-schema', 'avro', 'protobuf'] as const) {
    const id = registry.register(`rows-${format}`, registeredSchemas(types)[format])
    const value = encodedRecord(format, id, types, { k: 'own', n: 1 })
    const unknown = Buffer.from(value)
    unknown.writeUInt32BE(id + 1000, 1)
    const values = [value.subarray(0, -1), plain, unknown, value.subarray(0, 3), '', 'text']
    const records = values.map(each => ({ key: 'k1', value: each, headers: [['x-text', 't'] as const] }))
    const { undecodable } = await batchOf(format, columns, [
      ...records,
      { ...records[1], headers: [['__value_schema_id', 'guid'] as const] },
    ])
    const json = '"n":1,"k":"k1","text":"t"}'
    const expected = [
      format === 'json-schema' ? value.subarray(5, -1) : values[0],
      `{${json}`,
      format === 'json-schema' ? Buffer.concat([unknown.subarray(0, 5), Buffer.from(`{${json}`)]) : unknown,
      ...values.slice(3),
      '{"n":1,"k":"k1"}',
    ]
    assert.deepEqual(
      undecodable.map(({ raw }) => Buffer.from(raw)),
      expected.map(each => Buffer.from(each as string)),
      format,
    )
    assert.match(undecodable.at(-1)!.detail, /__value_schema_id/)
  }
})

test('a dead letter whose column cannot be read may have fields that the source does not name, as its record may', async () => {
  const types = { k: 'string', at: 'long', extra: 'string' } as const
  for (const format of ['avro', 'protobuf'] as const) {
    const id = registry.register(`rows-${format}`, registeredSchemas(types)[format])
    const value = encodedRecord(format, id, types, { k: 'a', at: 1, extra: 'x' })
    const { undecodable } = await batchOf(format, { headers: { n: 'x-n' } }, [{ value, headers: [['x-n', '12345678901234567890']] }])
    const [{ raw, detail, ...letter }] = undecodable
    assert.match(detail, /'n' is 12345678901234567890, which JSON numbers cannot hold exactly/)
    assert.equal(raw, '{"k":"a","at":1,"extra":"x","n":12345678901234567890}')
    const edited = { ...letter, detail, raw: raw.replace('12345678901234567890', '5') } as unknown as StoredDeadLetter
    const { rows, rejected } = rowsOf(source, deadLetterBatch(edited))
    assert.deepEqual([rows.map(([k, at, n]) => [k, at, n]), rejected], [[['a', 1, 5]], []])
  }
})
