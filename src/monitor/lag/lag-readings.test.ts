import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagReadings, lagTotals } from './lag-readings.ts'
import type { SourceLag } from './lag-sampler.ts'

const lag = (source: string, ...ages: number[]): Pick<SourceLag, 'source' | 'partitions'> => ({
  source,
  partitions: ages.map((ms, i) => ({ partition: String(i), verdict: 'OK', lag: 0, age: { ms, basis: 'measured' }, catchUpMs: undefined })),
})

test('the reading of a source is the lag of its slowest partition, over all of its readers', () => {
  assert.deepEqual(lagReadings([lag('payments', 5, 70), lag('payments', 60), lag('returns', 0), lag('unmeasured')]), [
    ['source_lag_ms?source=payments', 70],
    ['source_lag_ms?source=returns', 0],
  ])
})

test('the records behind a source are summed over those of its readers that count records', () => {
  const counted = (source: string, records?: number) => ({ ...lag(source), ...(records !== undefined && { records }) })
  assert.deepEqual(
    lagReadings([counted('payments', 7), counted('payments', 5), counted('payments'), counted('returns', 0), counted('files')]),
    [
      ['source_lag?source=payments', 12],
      ['source_lag?source=returns', 0],
    ],
  )
})

test('records behind open transactions are summed over those readers of a source that know of transactions', () => {
  const behind = (source: string, records: number, inTransaction?: number) => ({
    source,
    records,
    ...(inTransaction !== undefined && { inTransaction }),
  })
  const lags = [behind('payments', 7, 3), behind('payments', 5, 2), behind('payments', 4), behind('returns', 2, 0), behind('outbox', 9)]
  assert.deepEqual(Object.fromEntries(lagTotals(lags, 'inTransaction')), { payments: 5, returns: 0 })
})
