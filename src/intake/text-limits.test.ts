import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { entity, source, t } from '../index.ts'
import { recordBatchOf } from './record-batch.ts'
import { HistoryBuilder } from './history-builder.ts'
import type { Rejection } from './rejection.ts'
import { RequestReader } from './request-reader.ts'
import { hasMoreBytes, textBytesMax } from './text-limits.ts'

const payments = source('payments', {
  schema: {
    id: t.string(),
    account: t.string(),
    card: entity('card', t.string()),
    shop: entity('shop', t.string({ maxBytes: 3 })),
    line: t.string(),
    note: t.string().nullable(),
    memo: t.string({ maxBytes: 5 }).nullable(),
    at: t.timestamp(),
  },
  key: 'account',
  time: 'at',
  id: 'id',
  identity: ['line'],
  revisable: '1d',
})
const { KEY_BYTES_MAX, TEXT_BYTES_MAX } = limits
const validRecord = { id: 'i', account: 'a', card: 'c', shop: 's', line: 'l', at: 0 }

test('hasMoreBytes agrees with the length in UTF-8', () => {
  const units = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀'), maxLength: 12 })
  fc.assert(
    fc.property(units, fc.nat(40), (text, max) => assert.equal(hasMoreBytes(text, max), Buffer.byteLength(text) > max)),
    { numRuns: 3000 },
  )
})

test('keys, ids, identity fields and entities have the small limit, and a column its own', () => {
  const bounds = payments.ir.columns.filter(({ type }) => type === 'string').map(column => textBytesMax(payments.ir, column))
  assert.deepEqual(bounds, [KEY_BYTES_MAX, KEY_BYTES_MAX, KEY_BYTES_MAX, 3, KEY_BYTES_MAX, TEXT_BYTES_MAX, 5])
})

test('a text beyond its limit rejects its record with the column and both numbers, and no other record', () => {
  const rejected: Rejection[] = []
  const intake = new HistoryBuilder(payments.ir, { strings: new Strings(), onRejected: rejection => rejected.push(rejection) })
  const bounds = {
    id: KEY_BYTES_MAX,
    account: KEY_BYTES_MAX,
    card: KEY_BYTES_MAX,
    shop: 3,
    line: KEY_BYTES_MAX,
    note: TEXT_BYTES_MAX,
    memo: 5,
  }
  const longer = Object.entries(bounds).flatMap(([name, max]) => [
    { ...validRecord, [name]: `${'日'.repeat(max / 3)}${'x'.repeat(max % 3)}` },
    { ...validRecord, [name]: `${'日'.repeat(max / 3)}${'x'.repeat(1 + (max % 3))}` },
  ])
  intake.validate(recordBatchOf(longer.map((record, i) => ({ ...record, at: i }))))
  assert.deepEqual(
    rejected.map(({ reason, detail }) => [reason, detail]),
    Object.entries(bounds).map(([name, max]) => [
      'schema',
      `'${name}' has ${max + 1} bytes of UTF-8, and takes at most ${max}; t.string({ maxBytes }) allows more`,
    ]),
  )
  assert.equal(intake.finish().block.length + rejected.length, longer.length)
})

test('a request has the limits of a record, unless it is in the log already', () => {
  const card = entity('card', t.string())
  const decide = {
    kind: 'request',
    key: 'card',
    columns: [
      { name: 'card', ...card.ir },
      { name: 'note', ...t.string().ir },
    ],
  } as const
  const fields = { card: 'c'.repeat(KEY_BYTES_MAX + 1), note: '' }
  assert.match(
    new RequestReader(decide, new Strings()).readFields(fields)!.detail,
    /'card' has 1025 bytes of UTF-8, and takes at most 1024/,
  )
  assert.equal(RequestReader.forStored(decide, new Strings()).readFields(fields), undefined)
})
