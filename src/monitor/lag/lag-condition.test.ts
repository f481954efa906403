import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagCondition } from './lag-condition.ts'
import type { SourceLag } from './lag-sampler.ts'
import { type LagVerdict, sourceLagVerdict } from './lag-verdict.ts'

type Partition = readonly [verdict: LagVerdict, lag: number, minutes: number]

const lagOf = (partitions: readonly Partition[], basis: 'measured' | 'extrapolated' | 'at-least' = 'measured'): SourceLag => ({
  source: 'payments',
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

test('a source that keeps up, or was not judged yet, has no condition', () => {
  assert.equal(lagCondition(lagOf([['OK', 1_000_000, 60]])), undefined)
  assert.equal(lagCondition({ source: 'payments', verdict: undefined, unit: undefined, partitions: [] }), undefined)
})

test('the gravest verdict of a partition is reported, with its own rows and age', () => {
  assert.deepEqual(lagCondition(lagOf([['STALL', 1200, 12]])), {
    cause: 'lag',
    subject: { kind: 'source', name: 'payments' },
    severity: 'page',
    summary: "source 'payments' stands still: 1,200 rows wait, the oldest for 12 min",
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
  assert.match(lagCondition(lagOf([['REWIND', 5, 1]]))!.summary, /went back to an earlier position: 5 rows wait/)
})

test('a source that falls behind is a ticket', () => {
  const { severity, summary } = lagCondition(lagOf([['WARN', 900, 50]], 'extrapolated'))!
  assert.deepEqual([severity, summary], ['ticket', "source 'payments' falls behind: 900 rows wait, the oldest for about 50 min"])
})

test('a reader that has failed is a page, whether or not its lag can be measured', () => {
  const failure = "source 'payments': reader 'broker' failed: it is gone"
  for (const lag of [lagOf([['OK', 0, 0]]), { source: 'payments', verdict: undefined, unit: undefined, partitions: [] }]) {
    const { severity, summary } = lagCondition({ ...lag, failure })!
    assert.deepEqual([severity, summary], ['page', "source 'payments' is no longer read: reader 'broker' failed: it is gone"])
  }
})
