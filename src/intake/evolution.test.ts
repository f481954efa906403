import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
import { HistoryBuilder } from './history-builder.ts'
import { LineCells, JsonLineReader } from './line-reader.ts'
import { recordBatchOf, type RecordBatch, type RecordOrigin } from './record-batch.ts'
import type { Rejection } from './rejection.ts'
import { valueAt } from './row-reader.ts'

const payments = source('payments', {
  schema: {
    card: entity('card', t.string()),
    at: t.timestamp(),
    total: t.decimal(2),
    channel: t.enum(['web', 'shop']).default('web'),
    items: t.int().default(1),
  },
  key: 'card',
  time: 'at',
  renamed: { amount: 'value', value: 'total' },
}).ir

const tabular: RecordOrigin = { placeOf: row => `row ${row}`, text: false, tabular: true, zoneless: new Set() }

function read(batch: RecordBatch) {
  const strings = new Strings()
  const rejections: Rejection[] = []
  const history = new HistoryBuilder(payments, { strings, onRejected: rejection => rejections.push(rejection) })
  history.validate(batch)
  const { block } = history.finish()
  const rows = Array.from({ length: block.length }, (_, row) =>
    Object.fromEntries(payments.columns.map(column => [column.name, valueAt(block, column, row, strings)])),
  )
  return { rows, rejections: rejections.map(({ detail }) => detail) }
}

const base = { card: 'c', at: 1000 }
const event = { card: 'c', at: 1000, total: 150, channel: 'web', items: 1 }

test('a record with an earlier name is read by the current one', () => {
  const records = [
    { ...base, amount: 1.5 },
    { ...base, value: '1.50' },
    { ...base, total: 1.5 },
  ]
  assert.deepEqual(read(recordBatchOf(records)), { rows: [event, event, event], rejections: [] })
})

test('a record has a renamed column under one name only', () => {
  const { rejections } = read(recordBatchOf([{ ...base, amount: 1, total: 2 }, { ...base, amount: 1, value: 2 }, base]))
  assert.deepEqual(rejections, [
    `'amount' is an earlier name of 'total', which the record has under another name too`,
    `'amount' is an earlier name of 'total', which the record has under another name too`,
    `'total' is missing`,
  ])
})

test('a value under an earlier name is validated as the column is', () => {
  const { rejections } = read(
    recordBatchOf([
      { ...base, amount: 'a lot' },
      { ...base, amount: null },
    ]),
  )
  assert.deepEqual(rejections, [
    `'total' needs a decimal with at most 2 digits after the point, within 2^53 when scaled, got 'a lot'`,
    `'total' is NULL`,
  ])
})

test('a default takes the place of a missing value and not of NULL, except in a table, where every column has every row', () => {
  const records = [
    { ...base, total: 1.5, channel: 'shop', items: 3 },
    { ...base, total: 1.5, items: null },
  ]
  assert.deepEqual(read(recordBatchOf(records)), { rows: [{ ...event, channel: 'shop', items: 3 }], rejections: [`'items' is NULL`] })
  assert.deepEqual(read({ ...recordBatchOf(records), origin: tabular }).rows, [{ ...event, channel: 'shop', items: 3 }, event])
})

test('a line decoded straight from its bytes is the record that the parser reads, or is left to it', () => {
  const texts = [
    '{"card":"c","at":1000,"total":1.5,"channel":"shop","items":2}',
    '{"card":"c","at":1000,"total":1.5,"channel":"shop"}',
    '{"card":"c","at":1000,"total":1.5,"items":2}',
    '{"card":"c","at":1000,"amount":1.5,"channel":"shop"}',
    '{"card":"c","at":1000,"total":1.5,"channel":"shop","items":null}',
  ]
  const bytes = Buffer.from(texts.join('\n'))
  const cells = new LineCells(JsonLineReader.of(payments)!, bytes, texts.length, () => assert.fail('not needed'))
  let start = 0
  const decoded = texts.map((text, index) => {
    const isRead = cells.read(index, start, start + text.length)
    start += text.length + 1
    return isRead
  })
  assert.deepEqual(decoded, [true, true, false, false, false])
  const records = texts.map(text => JSON.parse(text) as unknown)
  assert.deepEqual(
    read({ ...recordBatchOf(decoded.map((isRead, i) => (isRead ? undefined : records[i]))), cells }),
    read(recordBatchOf(records)),
  )
})
