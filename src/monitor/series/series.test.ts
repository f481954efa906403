import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { NamedValues, NamedWrite } from '../../log/store.ts'
import { lastDeployment, recordedStart } from './markers.ts'
import { measureNamed, measureOf, seriesText } from './measures.ts'
import { lastSampleNumber, oldestSampleNumber, readSeries, samplesAfter } from './read-series.ts'
import { SeriesRecorder, type SeriesReading } from './recorder.ts'
import { SeriesBlock } from './series-block.ts'

/** Named values in memory. */
class MemoryValues implements NamedValues {
  readonly values = new Map<string, string>()

  put(writes: readonly NamedWrite[]): void {
    for (const [name, value] of writes)
      if (value === null) this.values.delete(name)
      else this.values.set(name, value)
  }

  get = (name: string) => this.values.get(name)
  named = (prefix: string) => [...this.values].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
}

const noReport = (report: string) => assert.fail(report)
const [SAMPLE, HOUR, DAY] = [limits.SERIES_SAMPLE_MS, 3_600_000, 86_400_000]
const begin = Date.parse('2026-01-01T00:00Z')
const accepted = seriesText('events', ['payments', 'accepted'])

/** Values by point of a naive store that keeps every sample. */
interface NaiveSample {
  readonly point: number
  readonly values: ReadonlyMap<string, number>
}

const steps: Readonly<Record<string, (values: number[]) => number>> = {
  sum: values => values.reduce((sum, value) => sum + value, 0),
  max: values => Math.max(...values),
  last: values => values.at(-1)!,
}

/** The points of a series by the definition of its aggregation; samples of one interval are combined to one first. */
function naivePoints(samples: readonly NaiveSample[], series: string, from: number, stepMs: number, length: number): (number | null)[] {
  const { aggregation } = measureNamed(measureOf(series))!
  return Array.from({ length }, (_, i) => {
    const inside = samples.filter(({ point }) => Math.floor((point * SAMPLE - from) / stepMs) === i)
    const values = inside.flatMap(sample => sample.values.get(series) ?? [])
    if (values.length > 0) return steps[aggregation](values)
    return aggregation === 'sum' && inside.length > 0 ? 0 : null
  })
}

test('series equal those of a store that keeps every sample, through restarts, gaps and a clock that is set back', () => {
  const next = random(3)
  for (let drawn = 0; drawn < 12; drawn++) {
    const store = new MemoryValues()
    const samples: NaiveSample[] = []
    let now = begin + Math.floor(next() * DAY)
    let [point, count] = [-1, 0]
    let recorder = new SeriesRecorder(store, now, noReport)
    let isNew = true
    for (let i = 0; i < 500; i++) {
      const chance = next()
      now += chance < 0.02 ? Math.floor(next() * 3 * HOUR) : chance < 0.04 ? -Math.floor(next() ** 4 * 3 * HOUR) : SAMPLE
      if (chance > 0.96) {
        recorder = new SeriesRecorder(store, now, noReport)
        ;[count, isNew] = [0, true]
      }
      const growth = next() < 0.3 ? 0 : Math.floor(next() * 1000)
      count += growth
      const readings: SeriesReading[] = [
        [accepted, count],
        ['memory_bytes', Math.floor(next() * 2 ** 33)],
      ]
      if (next() < 0.5) readings.push(['disk_free_bytes', Math.floor(next() * 2 ** 40)], ['loop_delay_ms', next() * 10])
      const { put } = recorder.record(now, readings)
      store.put(put)
      point = Math.max(point, Math.floor(now / SAMPLE - 0.5))
      const values = new Map(readings.filter(([series]) => series !== accepted))
      samples.push({ point, values: growth > 0 ? new Map([...values, [accepted, growth]]) : values })
      isNew = false
    }
    assert.equal(isNew, false)
    const newest = (point + 1) * SAMPLE
    for (const [stepMs, span] of [
      [SAMPLE, HOUR],
      [60_000, HOUR],
      [60_000, DAY],
      [300_000, DAY],
      [HOUR, 7 * DAY],
    ] as const) {
      const since = newest - Math.floor(span * next())
      const { from, length, series } = readSeries(store, { since, stepMs })
      assert.equal(from, Math.floor(since / stepMs) * stepMs)
      for (const { name, labels, values } of series) {
        const text = name === 'events' ? accepted : name
        assert.deepEqual([name, values], [name, naivePoints(samples, text, from, stepMs, length)])
        assert.deepEqual(labels, name === 'events' ? { source: 'payments', outcome: 'accepted' } : {})
      }
      assert.equal(length, Math.ceil((newest - from) / stepMs))
    }
  }
})

test('an hour of samples and eight days of minutes are kept, whatever the run lasts', () => {
  const store = new MemoryValues()
  let now = begin
  let recorder = new SeriesRecorder(store, now, noReport)
  const sizes: number[] = []
  for (let hour = 0; hour < 24 * 12; hour++) {
    for (let sample = 0; sample < 2; sample++) store.put(recorder.record((now += HOUR / 2), [['memory_bytes', hour]]).put)
    if (hour % 100 === 0) recorder = new SeriesRecorder(store, now, noReport)
    sizes.push(store.values.size)
  }
  recorder = new SeriesRecorder(store, now, noReport)
  store.put(recorder.record((now += SAMPLE), []).put)
  const [samples, minutes] = ['series/samples/', 'series/minutes/'].map(prefix => store.named(prefix).length)
  assert.ok(samples <= 31 && minutes <= 8 * 24 + 1, `${samples} and ${minutes} blocks`)
  assert.equal(readSeries(store, { since: now - 10 * DAY, stepMs: HOUR }).series[0].values.filter(value => value !== null).length, 8 * 24)
})

test('a reader of samples continues after a number, across a restart, and knows the oldest that is kept', () => {
  const store = new MemoryValues()
  let now = begin
  const numbers: number[] = []
  const record = (recorder: SeriesRecorder, count: number) => {
    for (let i = 0; i < count; i++) store.put(recorder.record((now += SAMPLE), [[accepted, i + 1]]).put)
  }
  record(new SeriesRecorder(store, now, noReport), 30)
  record(new SeriesRecorder(store, now, noReport), 30)
  const first = oldestSampleNumber(store)
  for (let batch = samplesAfter(store, 0); batch.length > 0; batch = samplesAfter(store, batch.at(-1)!.number)) {
    numbers.push(...batch.map(({ number }) => number))
    for (const { at, number, values } of batch) assert.deepEqual([at, values.get(accepted)], [number * SAMPLE, 1])
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 60 }, (_, i) => begin / SAMPLE + i),
  )
  assert.equal(lastSampleNumber(store), numbers.at(-1))
  assert.ok(first < numbers[0])
  assert.deepEqual(samplesAfter(store, numbers.at(-1)!), [])
})

test('a step, a range or a name that cannot be read says what to ask for instead', () => {
  const store = new MemoryValues()
  const recorder = new SeriesRecorder(store, begin, noReport)
  store.put(recorder.record(begin + SAMPLE, [[accepted, 1]]).put)
  const read = (query: object) => () => readSeries(store, { since: begin, ...query })
  assert.throws(read({ names: ['event'] }), { code: 'SPILL_INPUT', message: "there is no time series 'event'; did you mean 'events'?" })
  for (const stepMs of [0, -60_000, 15_000, 0.5])
    assert.throws(read({ stepMs }), { code: 'SPILL_INPUT', message: /^the step is .* ms; it is a multiple of 10 s/ })
  assert.throws(read({ stepMs: 10_000, since: begin - 2 * HOUR }), { code: 'SPILL_INPUT', message: /^single samples are kept for 1 h/ })
  assert.throws(read({ stepMs: 60_000, since: begin - 8 * DAY }), { code: 'SPILL_INPUT', message: /SERIES_READ_POINTS_MAX/ })
  assert.equal(read({ since: begin - 8 * DAY })().stepMs, 21_600_000 / 6)
  assert.deepEqual(readSeries(new MemoryValues(), { since: begin }).series, [])
})

test('a damaged block is begun again with a report, and series beyond the limit are left out with one', () => {
  const store = new MemoryValues()
  const reports: string[] = []
  const onReport = (report: string) => void reports.push(report)
  const first = new SeriesRecorder(store, begin, onReport)
  store.put(first.record(begin + SAMPLE, [[accepted, 1]]).put)
  const [name, text] = store.named('series/samples/')[0]
  store.put([[name, text.slice(0, 20)]])
  assert.throws(() => readSeries(store, { since: begin }), { code: 'SPILL_DATA' })
  const recorder = new SeriesRecorder(store, begin, onReport)
  assert.match(
    reports.shift()!,
    /^time series: 'series\/samples\/\d+' is begun again, since it cannot be read: a block of time series is damaged/,
  )
  const readings = Array.from({ length: limits.SERIES_MAX + 2 }, (_, i): SeriesReading => [seriesText('decisions', [`m${i}`]), 1])
  const { sample, put } = recorder.record(begin + SAMPLE, readings)
  store.put(put)
  assert.equal(sample.values.size, limits.SERIES_MAX)
  assert.deepEqual(reports.length, 1)
  assert.match(reports[0], /SERIES_MAX/)
})

test('a block survives its text, with labels of any characters', () => {
  const block = new SeriesBlock(7, 3)
  const series = seriesText('dead_letters', ['ä&= ?', 'type'])
  block.add(series, 8, 2.5, 'sum')
  block.add(series, 8, 1, 'sum')
  block.add('memory_bytes', 9, -1, 'max')
  const decoded = SeriesBlock.decode(block.encode())
  assert.deepEqual([decoded.first, decoded.length, decoded.valueAt(series, 8), decoded.valueAt(series, 7)], [7, 3, 3.5, undefined])
  assert.deepEqual([...SeriesBlock.decode(block.encode(), text => text === 'memory_bytes').columns.keys()], ['memory_bytes'])
  assert.throws(() => SeriesBlock.decode('CQ=='), { code: 'SPILL_DATA', message: /is of format 9, and this Spillway reads 1/ })
})

test('the last deployment is the last start with changed definitions', () => {
  const store = new MemoryValues()
  const afterStart = (at: number, fingerprint: string) => {
    store.put([recordedStart(store, at, fingerprint)])
    return lastDeployment(store)
  }
  assert.deepEqual(
    [afterStart(1, 'a'), afterStart(2, 'a'), afterStart(3, 'b'), afterStart(4, 'b'), afterStart(5, 'a')],
    [undefined, undefined, 3, 3, 5],
  )
})
