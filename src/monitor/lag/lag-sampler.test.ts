/** Samples of sources: verdicts of sources that read, stand still and end, and measurements that fail or hang. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualTime } from '../../../test/action/virtual-time.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { LagSampler, type MeasuredLag } from './lag-sampler.ts'

/** A place with records, and a reader that reads `rate` of them between two samples while it lives. */
function place(rate: number, arrivals: number) {
  const state = { position: 0, end: 0, isAlive: true, rate, error: undefined as Error | undefined, calls: 0, hangs: false }
  const measure = async (): Promise<ReadonlyMap<string, MeasuredLag>> => {
    state.calls++
    if (state.hangs) return new Promise(() => {})
    if (state.error) throw state.error
    state.end += arrivals
    if (state.isAlive) state.position = Math.min(state.end, state.position + state.rate)
    const { position, end } = state
    return new Map([['', { position, end, lag: end - position, unit: 'records' }]])
  }
  return { state, source: (name: string) => ({ source: name, reader: 'file', isAlive: () => state.isAlive, measure }) }
}

async function passed(time: ReturnType<typeof virtualTime>, samples: number): Promise<void> {
  const until = time.clock() + samples * limits.LAG_SAMPLE_MS
  await yieldToEventLoop()
  while (time.next(until)) await yieldToEventLoop()
}

test('each source gets its verdict: one that keeps up, one that stands still, one that falls behind, one that ended', async () => {
  const time = virtualTime(1_000_000)
  const places = [place(10, 10), place(0, 10), place(5, 10), place(10, 10)]
  const sampler = new LagSampler(
    places.map(({ source }, i) => source(['good', 'stalled', 'slow', 'ended'][i])),
    time,
  )
  sampler.start()
  await passed(time, 3)
  assert.ok(sampler.lags().every(({ verdict, unit }) => verdict === undefined && unit === 'records'))
  await passed(time, 7)
  places[3].state.isAlive = false
  await passed(time, limits.LAG_SAMPLES + 1)
  const lags = sampler.lags()
  assert.deepEqual(
    lags.map(({ source, verdict, partitions }) => [source, verdict, partitions[0].verdict]),
    [
      ['good', 'OK', 'OK'],
      ['stalled', 'ERR', 'STALL'],
      ['slow', 'WARN', 'WARN'],
      ['ended', 'ERR', 'STOP'],
    ],
  )
  const [good, stalled, slow, ended] = lags.map(({ partitions }) => partitions[0])
  assert.deepEqual([good.lag, good.age.ms, good.catchUpMs], [0, 0, 0])
  assert.equal(stalled.catchUpMs, undefined)
  assert.equal(slow.catchUpMs, undefined)
  assert.deepEqual(stalled.age, { ms: 22 * limits.LAG_SAMPLE_MS, basis: 'extrapolated' }, 'also what came before the first sample')
  assert.equal(ended.age.ms, (limits.LAG_SAMPLES + 1) * limits.LAG_SAMPLE_MS)
  sampler.stop()
})

test('a measurement that fails or hangs is named, and no other source waits for it', async () => {
  const time = virtualTime(1_000_000)
  const [good, failing, hanging] = [place(10, 10), place(10, 10), place(10, 10)]
  failing.state.error = new Error('the connection is gone')
  hanging.state.hangs = true
  const sampler = new LagSampler([good.source('good'), failing.source('failing'), hanging.source('hanging')], time)
  sampler.start()
  await passed(time, limits.LAG_SAMPLES)
  const problems = sampler.lags().map(({ source, verdict, problem }) => [source, verdict, problem])
  assert.deepEqual(problems, [
    ['good', 'OK', undefined],
    ['failing', undefined, 'the connection is gone'],
    ['hanging', undefined, 'measuring took longer than 5s'],
  ])
  assert.equal(hanging.state.calls, 1, 'it is not asked again while it hangs')
  failing.state.error = undefined
  await passed(time, limits.LAG_SAMPLES)
  assert.deepEqual([sampler.lags()[1].verdict, sampler.lags()[1].problem], ['OK', undefined])
  sampler.stop()
})

test('a partition that a living reader gives up is forgotten', async () => {
  const time = virtualTime(1_000_000)
  let partitions = ['a', 'b']
  const measure = async () => new Map(partitions.map(name => [name, { position: 5, end: 5, lag: 0, unit: 'records' }]))
  const sampler = new LagSampler([{ source: 'topic', reader: 'kafka:topic', isAlive: () => true, measure }], time)
  sampler.start()
  await passed(time, limits.LAG_SAMPLES)
  assert.deepEqual(
    sampler.lags()[0].partitions.map(({ partition }) => partition),
    ['a', 'b'],
  )
  partitions = ['b']
  await passed(time, 1)
  assert.deepEqual(
    sampler.lags()[0].partitions.map(({ partition }) => partition),
    ['b'],
  )
  sampler.stop()
})

test('records behind a source are known from the first measurement on, in all partitions, and while measurements succeed', async () => {
  const time = virtualTime(1_000_000)
  let error: Error | undefined
  const of = (unit: string, ...lags: number[]) =>
    new Map(lags.map((lag, i) => [String(i), { position: 5, end: 5 + lag, lag, unit }] as const))
  const measures = [of('records', 3, 4), of('rows', 2), of('bytes', 100), of('records')]
  const sources = measures.map((lags, i) => {
    const measure = async () => {
      if (error) throw error
      return lags
    }
    return { source: String(i), reader: 'file', isAlive: () => true, measure }
  })
  const sampler = new LagSampler(sources, time)
  const records = () => sampler.lags().map(lag => lag.records)
  assert.deepEqual(records(), [undefined, undefined, undefined, undefined])
  await sampler.sample()
  assert.deepEqual(records(), [7, 2, undefined, undefined], 'none of bytes, and of a place that is away')
  error = new Error('the connection is gone')
  await sampler.sample()
  assert.deepEqual(records(), [undefined, undefined, undefined, undefined])
})
