import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agePartText, furthestBehind, type PartitionLagAnswer, transactionTexts } from './partition-lag.ts'

const lagOf = (partition: string, ms: number, lag: number): PartitionLagAnswer => ({
  partition,
  verdict: 'OK',
  lag,
  age: { ms, basis: 'measured' },
})

test('partitions of all readers are listed by the waiting time of their oldest record, then by records, up to a number', () => {
  const readers = [
    { reader: 'kafka:payments', unit: 'records', partitions: [lagOf('0', 0, 0), lagOf('1', 9000, 3), lagOf('2', 9000, 7)] },
    { reader: 'payments.ndjson', partitions: [lagOf('', 10_000, 1)] },
  ]
  const { rows, omitted } = furthestBehind(readers)
  assert.deepEqual(
    rows.map(({ title, unit }) => [title, unit]),
    [
      ['payments.ndjson', ''],
      ['kafka:payments 2', 'records'],
      ['kafka:payments 1', 'records'],
      ['kafka:payments 0', 'records'],
    ],
  )
  assert.equal(omitted, 0)
  const many = furthestBehind([{ reader: 'kafka:payments', partitions: Array.from({ length: 64 }, (_, i) => lagOf(String(i), i, 0)) }])
  assert.deepEqual([many.rows.length, many.rows[0].partition, many.omitted], [50, '63', 14])
})

test('a waiting time says how it is known', () => {
  assert.equal(agePartText({ ms: 12_000, basis: 'measured' }), '12 s')
  assert.equal(agePartText({ ms: 240_000, basis: 'at-least' }), 'at least 4 min')
  assert.equal(agePartText({ ms: 7_200_000, basis: 'extrapolated' }), 'about 2 h')
})

test('records behind an open transaction are named, by reader', () => {
  const readers = [
    { reader: 'kafka:payments', partitions: [], inTransaction: 5 },
    { reader: 'kafka:refunds', partitions: [], inTransaction: 0 },
    { reader: 'payments.ndjson', partitions: [] },
  ]
  assert.deepEqual(transactionTexts(readers), ['kafka:payments: 5 records cannot be read until a transaction of their writer ends.'])
})
