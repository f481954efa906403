/** Key, headers and time of records in their values: the objects are those that `JSON.parse` and an assignment give. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fetchedRecords, type KeyedRecord, keyedColumns } from '../../../test/kafka/keyed-records.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'
import { openValueFormat, type RecordColumns } from '../../kafka/index.ts'
import { RecordMembers } from './record-members.ts'
import { topicBatch } from './topic-batch.ts'

const types = { card: 'string', trace: 'string', amount: 'decimal', n: 'int', ok: 'bool', at: 'timestamp' } as const
const columns = Object.entries(types).map(([name, type]): ColumnIR => ({ name, type, nullable: true }))
const source = { name: 'rows', columns, key: 'card' } as unknown as SourceIR

/** The values of records, as text. */
const valuesOf = ({ count, values, bytes }: RecordColumns): (string | undefined)[] =>
  Array.from({ length: count }, (_, i) => (values[2 * i] < 0 ? undefined : bytes.toString('utf8', values[2 * i], values[2 * i + 1])))

const all = { key: 'card', timestamp: 'at', headers: { trace: 'x-trace', n: 'x-n' } }
const added = (records: readonly KeyedRecord[], names = all): (string | undefined)[] =>
  valuesOf(new RecordMembers(source, names).addTo(keyedColumns(records)))

const text = fc.string({ unit: 'binary', maxLength: 12 }).map(each => each.toWellFormed())
const space = fc.constantFrom('', ' ', '\n\t')

test('members are those of an assignment to the parsed value', () => {
  const record = fc.record(
    { key: text, object: fc.dictionary(text, fc.jsonValue()), trace: text, n: fc.maxSafeInteger(), other: text, time: fc.nat() },
    { requiredKeys: ['object', 'time'] },
  )
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), space, (records, around) => {
      const texts = added(
        records.map(({ key, object, trace, n, other, time }) => ({
          ...(key !== undefined && { key }),
          value: `${around}${JSON.stringify(object, undefined, around.length)}${around}`,
          time,
          headers: [
            ...(trace === undefined ? [] : [['x-trace', 'an earlier one'] as const, ['x-trace', trace] as const]),
            ...(other === undefined ? [] : [[`_${other}`, other] as const]),
            ...(n === undefined ? [] : [['x-n', String(n)] as const]),
          ],
        })),
      )
      for (const [i, { key, object, trace, n, time }] of records.entries())
        assert.deepEqual(JSON.parse(texts[i]!), {
          ...(JSON.parse(JSON.stringify(object)) as object),
          ...(key !== undefined && { card: key }),
          at: time,
          ...(trace !== undefined && { trace }),
          ...(n !== undefined && { n }),
        })
    }),
    { numRuns: 1000 },
  )
})

test('a column replaces a field of the value, and a value that is no JSON stays a dead letter', async () => {
  const batchOf = (values: readonly string[]) => {
    const records = keyedColumns(values.map(value => ({ key: 'k', value })))
    const fetched = fetchedRecords(records)
    const format = openValueFormat({ format: 'json' }, () => {})
    const members = new RecordMembers(source, { key: 'card' })
    return topicBatch(fetched, { name: 'rows', format, members, skipsTombstones: false, signal: new AbortController().signal })
  }
  const replaced = await batchOf([
    '{"card":"c1","amount":5}',
    String.raw` { "amount" : 5 , "\u0063ard" : {"card":[",","}"]} } `,
    '{"card":12345678901234567890}',
    '{"of":{"card":1},"text":"\\"card\\":"}',
  ])
  assert.deepEqual(replaced.records, [
    { amount: 5, card: 'k' },
    { amount: 5, card: 'k' },
    { card: 'k' },
    { of: { card: 1 }, text: '"card":', card: 'k' },
  ])
  assert.deepEqual(replaced.undecodable, [])
  const malformed = [
    '{"card":junk,"amount":5}',
    '{"card":1}{"amount":5}',
    '{"card":1,}',
    '{"card":"\\x"}',
    '{"card":1 "amount":5}',
    '{"card":[[}',
  ]
  const rejected = await batchOf([...malformed, '{"amount":1,"amount":2,"card":"c1"}'])
  assert.deepEqual([rejected.records, rejected.undecodable.length], [[], malformed.length + 1])
})

test('text becomes what its column is, digit by digit', () => {
  const names = { headers: { amount: 'a', ok: 'o', at: 't', trace: 's' } }
  const value = (a: string, o: string, t: string, s: string) =>
    added([{ value: '{}', headers: Object.entries({ a, o, t, s }) }], names as never)[0]
  assert.equal(
    value('9007199254740993.10', 'true', '1767600000000', '007'),
    '{"amount":9007199254740993.10,"ok":true,"at":1767600000000,"trace":"007"}',
  )
  assert.equal(value('007', 'yes', '2026-01-05T08:00Z', 'true'), '{"amount":"007","ok":"yes","at":"2026-01-05T08:00Z","trace":"true"}')
  assert.equal(value('1,"card":"x"', 'true,', 'NaN', '"'), '{"amount":"1,\\"card\\":\\"x\\"","ok":"true,","at":"NaN","trace":"\\""}')
})

test('a record without a header, key or time has no member, and what is no object stays as it is', () => {
  const empty = { time: -1 }
  assert.deepEqual(
    added([
      { ...empty, value: '{"n":1}' },
      { ...empty, value: undefined, key: 'k' },
      { ...empty, value: '', key: 'k' },
    ]),
    ['{"n":1}', undefined, ''],
  )
  for (const value of ['[1]', '"text"', '7', ' ', '{', '}', '{"a":1']) assert.deepEqual(added([{ value, key: 'k' }]), [value])
  assert.deepEqual(added([{ ...empty, value: '{}', headers: [['x-trace', undefined]] }]), ['{}'])
})

test('bytes that are no text make the record one that is not UTF-8', () => {
  const { bytes } = new RecordMembers(source, { key: 'card' }).addTo(keyedColumns([{ key: Buffer.from('ff', 'hex'), value: '{}' }]))
  assert.equal(bytes.toString('latin1'), '{"card":"\u00ff","at":7}'.replace(',"at":7', ''))
})

test('a column that the source does not have is an error; a map may read any field, as text', () => {
  const unknown = [{ key: 'crad' }, { timestamp: 'crad' }, { headers: { crad: 'x' } }]
  for (const names of unknown)
    assert.throws(() => new RecordMembers(source, names), {
      code: 'SPILL_NOT_FOUND',
      message: /^columns\.\S+ names 'crad', which is no column of source 'rows'; did you mean 'card'\?$/,
    })
  const mapped = new RecordMembers({ ...source, mapVersion: '1' }, { headers: { crad: 'x', n: 'y' } })
  const records = keyedColumns([{ value: '{}', headers: [['x', '1'] as const, ['y', '2'] as const] }])
  assert.deepEqual(valuesOf(mapped.addTo(records)), ['{"crad":"1","n":"2"}'])
})
