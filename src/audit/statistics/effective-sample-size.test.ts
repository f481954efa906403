import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caveatText } from '../domain/caveat.ts'
import { effectiveSampleSizes, sampleSizeCaveats } from './effective-sample-size.ts'
import { clusteredSample, type ClusteredSample } from './sample.ts'
import { sparseDifferences } from './cell-sums.ts'

const rows = (of: readonly number[], name: string, count = Math.max(...of) + 1) => ({ name, of: Int32Array.from(of), count })
const each = (count: number, times = 1): number[] => Array.from({ length: count * times }, (_, i) => i % count)

const partsOf = (sample: ClusteredSample, difference: Float64Array) =>
  effectiveSampleSizes(sample, sparseDifferences(sample, [difference])[0])

function saidOf(...columns: ReturnType<typeof rows>[]) {
  const length = columns[0].of.length
  const sample = clusteredSample({ t: new Float64Array(length), clusters: columns }, { from: 0, to: length })
  const parts = partsOf(sample, new Float64Array(length))
  const { caveats, ...sizes } = sampleSizeCaveats(sample.columns, parts)
  return { parts, ...sizes, caveats: caveats.map(caveatText) }
}

test('the effective sample size is the count of equal clusters, and less for unequal ones', () => {
  const { parts } = saidOf(rows([0, 0, 0, 1, 2, 3], 'airport'), rows([5, 5, 6, 6, 7, 7], 'day'))
  assert.deepEqual(parts, [
    { name: 'airport', count: 4, effective: 36 / 12 },
    { name: 'day', count: 3, effective: 3 },
  ])
})

test('decisions with an unknown difference count in no cluster', () => {
  const sample = clusteredSample({ t: new Float64Array(4), clusters: [rows([0, 1, 1, 2], 'card')] }, { from: 0, to: 4 })
  assert.deepEqual(partsOf(sample, Float64Array.of(0, 1, NaN, NaN)), [{ name: 'card', count: 2, effective: 2 }])
  assert.deepEqual(partsOf(sample, new Float64Array(4).fill(NaN)), [{ name: 'card', count: 0, effective: 0 }])
})

test('under 20 there is no verdict, under 50 a caveat', () => {
  assert.equal(saidOf(rows(each(9, 5), 'patient')).noVerdict, '9 patients: no verdict under 20')
  assert.deepEqual(saidOf(rows(each(20, 5), 'patient')).caveats, ['20 patients: intervals are less reliable under 50'])
  assert.equal(saidOf(rows(each(20, 5), 'patient')).noVerdict, undefined)
  assert.deepEqual(saidOf(rows(each(50, 5), 'patient')).caveats, [])
  const unequal = [...each(60), ...Array.from({ length: 60 }, () => 0)]
  assert.equal(saidOf(rows(unequal, 'city')).noVerdict, '60 cities (effective sample size 4): no verdict under 20')
  assert.equal(saidOf(rows([0, 0], 'box'), rows([0, 1], 'day')).noVerdict, '1 box: no verdict under 20; 2 days: no verdict under 20')
  assert.equal(saidOf(rows(each(3, 4), 'branch')).noVerdict, '3 branches: no verdict under 20')
  assert.equal(saidOf(rows(each(15, 4), 'patient', 57)).noVerdict, '57 patients, 15 of them judged: no verdict under 20')
  assert.equal(saidOf(rows([...each(6), 0, 0, 0, 0, 0], 'patient', 9)).noVerdict, '9 patients: no verdict under 20')
})

test('a nested column has no caveat of its own', () => {
  const [terminals, merchants] = [each(60, 2), each(30, 4)]
  assert.deepEqual(saidOf(rows(terminals, 'terminal'), rows(merchants, 'merchant')).caveats, [
    '30 merchants: intervals are less reliable under 50',
  ])
})
