import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagCondition as conditionAt, lagPatience } from './lag-condition.ts'
import { operated } from '../../../test/operations/pipeline.ts'
import type { SourceLag } from './lag-sampler.ts'
import { type LagVerdict, sourceLagVerdict } from './lag-verdict.ts'

type Partition = readonly [verdict: LagVerdict, lag: number, minutes: number]

const lagOf = (partitions: readonly Partition[], basis: 'measured' | 'extrapolated' | 'at-least' = 'measured'): SourceLag => ({
  source: 'payments',
  reader: 'kafka:payments',
  verdict: sourceLagVerdict(partitions.map(([verdict]) => verdict)),
  unit: 'rows',
  partitions: partitions.map(([verdict, lag, minutes], i) => ({
    partition: String(i),
    verdict,
    lag,
    age: { ms: minutes * 60_000, basis },
    catchUpMs: undefined,
  })),
})

const NOW = 3_600_000_000
const lagCondition = (lag: SourceLag, patience?: number) => conditionAt(lag, NOW, patience)

test('a source that keeps up, or was not judged yet, has no condition', () => {
  assert.equal(lagCondition(lagOf([['OK', 1_000_000, 60]])), undefined)
  assert.equal(
    lagCondition({ source: 'payments', reader: 'kafka:payments', verdict: undefined, unit: undefined, partitions: [] }),
    undefined,
  )
})

test('the gravest verdict of a partition is reported, with its own rows and age', () => {
  assert.deepEqual(lagCondition(lagOf([['STALL', 1200, 12]])), {
    cause: 'lag',
    subject: { kind: 'source', name: 'payments' },
    severity: 'page',
    summary: "source 'payments' stands still: 1,200 rows wait, the oldest for 12 min",
    began: NOW - 12 * 60_000,
  })
  const mixed: readonly Partition[] = [
    ['OK', 7, 0],
    ['WARN', 900, 50],
    ['STOP', 30, 4],
    ['STOP', 12, 6],
  ]
  const { severity, summary } = lagCondition(lagOf(mixed, 'at-least'))!
  assert.deepEqual(
    [severity, summary],
    ['page', "source 'payments' no longer reads: 42 rows wait, the oldest for at least 6 min, in 2 of 4 partitions"],
  )
  assert.equal(lagCondition(lagOf(mixed, 'at-least'))!.began, undefined, 'they may have come long before')
  assert.match(lagCondition(lagOf([['REWIND', 5, 1]]))!.summary, /went back to an earlier position: 5 rows wait/)
})

test('a source that falls behind is a ticket', () => {
  const { severity, summary } = lagCondition(lagOf([['WARN', 900, 50]], 'extrapolated'))!
  assert.deepEqual([severity, summary], ['ticket', "source 'payments' falls behind: 900 rows wait, the oldest for about 50 min"])
  assert.equal(lagCondition(lagOf([['WARN', 2, 0.25]])), undefined, 'records of the last seconds')
  const young = lagCondition(
    lagOf([
      ['WARN', 900, 50],
      ['WARN', 2, 0.25],
    ]),
  )!
  assert.match(young.summary, /falls behind: 900 rows wait, .*, in 1 of 2 partitions$/, 'records of the last seconds are not counted')
})

test('a reader that has failed is a page, whether or not its lag can be measured', () => {
  const failure = "source 'payments': reader 'broker' failed: it is gone"
  for (const lag of [
    lagOf([['OK', 0, 0]]),
    { source: 'payments', reader: 'kafka:payments', verdict: undefined, unit: undefined, partitions: [] },
  ]) {
    const { severity, summary } = lagCondition({ ...lag, failure })!
    assert.deepEqual([severity, summary], ['page', "source 'payments' is no longer read: reader 'broker' failed: it is gone"])
  }
})

test('records that wait longer than their decisions allow are a page, unless they are caught up soon or were there before', () => {
  const severityOf = (age: { readonly ms: number; readonly basis: 'measured' | 'at-least' }, catchUpMs?: number) =>
    lagCondition(
      {
        source: 'payments',
        reader: 'kafka:payments',
        verdict: 'OK',
        unit: 'rows',
        partitions: [{ partition: '0', verdict: 'OK', lag: 40, age, catchUpMs }],
      },
      120_000,
    )?.severity
  assert.equal(severityOf({ ms: 120_000, basis: 'measured' }), undefined)
  assert.equal(severityOf({ ms: 121_000, basis: 'measured' }), 'page')
  assert.equal(severityOf({ ms: 121_000, basis: 'measured' }, 299_000), undefined, 'a burst')
  assert.equal(severityOf({ ms: 121_000, basis: 'measured' }, 301_000), 'page')
  assert.equal(severityOf({ ms: 121_000, basis: 'at-least' }, 3_600_000), undefined, 'a backfill')
  assert.equal(severityOf({ ms: 121_000, basis: 'at-least' }), 'page')
  const { summary } = lagCondition(
    lagOf([
      ['WARN', 900, 3],
      ['OK', 5, 0],
    ]),
    120_000,
  )!
  assert.equal(
    summary,
    "source 'payments' falls behind: 900 rows wait, the oldest for 3 min, in 1 of 2 partitions; its decisions allow 2 min",
  )
})

test('records may wait as long as the most urgent action and objective that depend on the source allow', () => {
  const ir = operated(() => {}).ir
  // The action has a deadline of one minute.
  assert.equal(lagPatience(ir, 'payments', new Map([['velocity', 600_000]])), 120_000)
  const without = { ...ir, actions: [] }
  assert.equal(lagPatience(without, 'payments', new Map([['velocity', 600_000]])), 600_000)
  assert.equal(lagPatience(without, 'payments', new Map()), Infinity)
  assert.equal(lagPatience(ir, 'chargebacks', new Map()), Infinity, 'labels')
})
