import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  chosenRange,
  endedIntervals,
  newestLevel,
  openingRange,
  seriesTimes,
  storedLevels,
  storedRates,
  type SeriesAnswer,
} from './stored-series.ts'

const answer: SeriesAnswer = {
  from: 1_000_000,
  stepMs: 10_000,
  length: 3,
  series: [
    { name: 'events', labels: { source: 'a', outcome: 'accepted' }, values: [100, null, 50] },
    { name: 'events', labels: { source: 'b', outcome: 'accepted' }, values: [20, null, 0] },
    { name: 'events', labels: { source: 'a', outcome: 'rejected' }, values: [7, null, 7] },
    { name: 'freshness_age_ms', labels: { group: 'g' }, values: [5, 9, null] },
  ],
  markers: [],
}

test('rates are sums over labels per second, and unknown where the run was not sampled', () => {
  assert.deepEqual(storedRates(answer, 'events', { outcome: 'accepted' }), [12, null, 5])
  assert.deepEqual(storedRates(answer, 'events', { source: 'a', outcome: 'accepted' }), [10, null, 5])
  assert.deepEqual(storedRates(answer, 'decisions'), [null, null, null])
  assert.deepEqual(seriesTimes(answer, 1_040_000), [1010, 1020, 1030])
})

test('a level is its newest known value', () => {
  assert.equal(newestLevel(answer, 'freshness_age_ms', { group: 'g' }), 9)
  assert.equal(newestLevel(answer, 'freshness_age_ms', { group: 'h' }), undefined)
  assert.deepEqual(storedLevels(answer, 'freshness_age_ms', { group: 'g' }), [5, 9, null])
  assert.deepEqual(storedLevels(answer, 'freshness_age_ms', { group: 'h' }), [null, null, null])
})

test('an interval that goes on is no fall: its sum is left out, and a level in it has the present time', () => {
  const minutes = { ...answer, stepMs: 60_000 }
  assert.deepEqual(storedRates(endedIntervals(minutes), 'events', { outcome: 'accepted' }), [2, null])
  assert.deepEqual(seriesTimes(endedIntervals(minutes), 1_150_000), [1060, 1120])
  assert.equal(endedIntervals(answer), answer, 'a sample has ended')
  assert.deepEqual(seriesTimes(minutes, 1_150_000), [1060, 1120, 1150])
})

test('a chart opens on the last hour of the log, whatever process wrote it, and live where the log is younger than its lines', () => {
  const sampled = (samples: number): SeriesAnswer => {
    const values = Array.from({ length: 360 }, (_, i) => (i < 360 - samples ? null : 0))
    return { ...answer, length: 360, series: [{ name: 'events', labels: {}, values }] }
  }
  assert.deepEqual([undefined, sampled(29), sampled(30), sampled(360)].map(openingRange), ['1h', 'live', '1h', '1h'])
  assert.deepEqual([chosenRange(undefined), chosenRange('7d'), chosenRange('9y')], [undefined, '7d', undefined])
})
