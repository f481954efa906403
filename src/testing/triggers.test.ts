import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, every, features, lag, linear, model, on, pipeline, request, rules, share, source, stream, t } from '../index.ts'
import { testing } from '../public/testing.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { patient, glucose: t.double({ min: 10, max: 600 }), at: t.timestamp() },
  key: 'patient',
  time: 'at',
})
const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({
    level: r.glucose.last('30m'),
    slope: r.glucose.slope('15m', { per: 'minute' }),
    inRange: share(r.glucose.between(70, 180), '30m'),
    n: count('1h', { exact: true }),
  }),
})
const earlier = features('earlier', {
  from: readings,
  entity: patient,
  place: lag('5m'),
  values: () => ({ n: count('1h', { exact: true }) }),
})
const hypo = model('hypo', {
  decide: every('5m', patient, { live: '30m' }),
  inputs: ({ patient }) => ({ recent: recent.of(patient), earlier: earlier.of(patient).n }),
  score: v => rules([{ when: v.recent.slope.lt(-2).and(v.recent.level.lt(100)), score: 0.9 }], 0),
})
const onRequest = model('asked', {
  decide: request({ patient, carbs: t.int() }),
  inputs: r => ({ carbs: r.carbs, level: recent.of(r.patient).level, n: recent.of(r.patient).n }),
  score: linear({ intercept: 0, weights: { carbs: 1, n: 100 } }),
})
const each = model('each', {
  decide: on(readings),
  inputs: r => ({ n: recent.of(r.patient).n }),
  score: linear({ intercept: 0, weights: {} }),
})
const clinic = pipeline('clinic', [hypo, onRequest, each])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (minutes: number) => start + minutes * 60_000
const reading = (patient: string, glucose: number, at: number) => ({ patient, glucose, at: minute(at) })
const open = () => testing(clinic, { at: start })
const minutesOf = (decisions: readonly { t: number; key: unknown }[]) => decisions.map(({ t, key }) => [(t - start) / 60_000, key])

test('the ticks that pass on the way are made, each at its own time', async () => {
  const run = await open()
  await run.send(readings, [reading('p1', 92, 0), reading('p1', 68, 5)])
  await run.advance('5m')
  assert.equal(run.features(recent, 'p1').slope, -4.8)
  const decisions = run.decisions(hypo)
  assert.deepEqual(minutesOf(decisions), [
    [0, 'p1'],
    [5, 'p1'],
    [10, 'p1'],
  ])
  assert.deepEqual(
    decisions.map(({ vector, score }) => [vector.recent.n, vector.recent.slope, vector.earlier, score]),
    [
      [1, null, 0, 0],
      [2, -4.8, 1, 0.9],
      [2, -4.8, 2, 0.9],
    ],
  )
})

test('a tick knows what was sent before it and nothing later, wherever the clock has gone', async () => {
  const run = await open()
  await run.send(readings, [reading('b', 100, 1), reading('a', 100, 2), reading('b', 100, 7)])
  assert.deepEqual(minutesOf(run.decisions(hypo)), [
    [5, 'a'],
    [5, 'b'],
  ])
  const before = run.decisions(hypo)
  await run.advance('2m')
  await run.send(readings, [reading('a', 50, 4)])
  assert.deepEqual(run.decisions(hypo), before, 'late, and the ticks that were made stay as they were')
  await run.advance({ to: minute(36.5) })
  const decisions = run.decisions(hypo)
  assert.deepEqual(minutesOf(decisions.slice(2, 4)), [
    [10, 'a'],
    [10, 'b'],
  ])
  assert.equal(decisions[2].vector.recent.n, 2)
  assert.deepEqual(minutesOf(decisions.slice(-2)), [
    [30, 'b'],
    [35, 'b'],
  ])
})

test('a tick at the clock is made when the clock is moved, and what comes after is stamped behind it', async () => {
  const run = await open()
  await run.send(readings, [reading('a', 100, 5)])
  assert.deepEqual(run.decisions(hypo), [], 'more may come at this moment')
  await run.send(readings, [reading('b', 100, 5)])
  await run.advance('5m')
  assert.deepEqual(minutesOf(run.decisions(hypo)).slice(0, 2), [
    [5, 'a'],
    [5, 'b'],
  ])
  await run.send(readings, [reading('c', 100, 10)])
  assert.equal(run.now, minute(10) + 1)
  assert.equal(run.decisions(each).at(-1)!.t, minute(10) + 1)
  const last = run.decisions(hypo)
  assert.equal(last.length, 4, 'c is not in the tick at 10, which was made')
  await run.advance('5m')
  assert.deepEqual(minutesOf(run.decisions(hypo)).slice(-3), [
    [15, 'a'],
    [15, 'b'],
    [15, 'c'],
  ])
})

test('a clock moved before anything was sent makes no tick, and raises nothing', async () => {
  const run = await open()
  await run.advance('10m')
  await run.send(readings, [reading('a', 100, 10)])
  assert.equal(run.now, minute(10))
  await run.advance('1m')
  assert.deepEqual(minutesOf(run.decisions(hypo)), [[10, 'a']])
})

test('a request is decided at once, from what was sent before it', async () => {
  const run = await open()
  const first = await run.request(onRequest, { patient: 'a', carbs: 30 })
  assert.deepEqual(first, { t: start, key: 'a', vector: { carbs: 30, level: null, n: 0 }, score: 30 })
  await run.send(readings, [reading('a', 100, 5)])
  const second = await run.request(onRequest, { patient: 'a', carbs: 1 })
  assert.deepEqual(second, { t: minute(5), key: 'a', vector: { carbs: 1, level: 100, n: 1 }, score: 101 })
  await run.advance('10m')
  const third = await run.request(onRequest, { patient: 'b', carbs: 2 })
  assert.deepEqual([third.t, third.key, third.score], [minute(15) + 1, 'b', 2], 'behind the tick at 15')
  assert.equal(run.now, minute(15) + 1)
  await run.send(readings, [reading('a', 100, 15)])
  assert.equal(run.decisions(onRequest).length, 3)
  assert.deepEqual(run.decisions(onRequest)[1], second, 'what is sent later changes no answer')
})

test('a request that is none is rejected', async () => {
  const run = await open()
  await assert.rejects(run.request(onRequest, { patient: 'a' } as never), {
    code: 'SPILL_INPUT',
    message: "model 'asked' rejected the request (schema): 'carbs' is missing",
  })
  await assert.rejects(run.request(hypo as never, { patient: 'a' }), {
    message: "model 'hypo' decides by itself, not on request; see run.decisions(hypo)",
  })
  await assert.rejects(run.request({ ...onRequest, name: 'other' }, { patient: 'a', carbs: 1 }), {
    message: "pipeline 'clinic' has no model 'other'",
  })
  assert.deepEqual(run.decisions(onRequest), [])
})
