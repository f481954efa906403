import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagReadings } from './lag-readings.ts'
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
