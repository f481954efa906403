import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chartRange, newestLevel, seriesTimes, storedLevels, storedRates, type SeriesAnswer } from './stored-series.ts'

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
  assert.deepEqual(seriesTimes(answer), [1010, 1020, 1030])
})

test('a level is its newest known value', () => {
  assert.equal(newestLevel(answer, 'freshness_age_ms', { group: 'g' }), 9)
  assert.equal(newestLevel(answer, 'freshness_age_ms', { group: 'h' }), undefined)
  assert.deepEqual(storedLevels(answer, 'freshness_age_ms', { group: 'g' }), [5, 9, null])
  assert.deepEqual(storedLevels(answer, 'freshness_age_ms', { group: 'h' }), [null, null, null])
})

test('a young process is shown live, an older one by the hour, unless a person chose', () => {
  assert.equal(chartRange(undefined, 10_000), 'live')
  assert.equal(chartRange(undefined, 600_000), '1h')
  assert.equal(chartRange('7d', 10_000), '7d')
  assert.equal(chartRange('9y', 600_000), '1h')
})
