import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, lag, logistic, model, on, pipeline, source, stream, t } from '../index.ts'
import { testing } from '../public/testing.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { patient, glucose: t.int({ min: 10, max: 600 }), at: t.timestamp() },
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
    n: count('1h'),
    two: r.glucose.lastK(2, '1h'),
  }),
})
const earlier = features('earlier', { from: readings, entity: patient, place: lag('10m'), values: () => ({ n: count('1h') }) })
const low = model('low', {
  decide: on(readings),
  inputs: r => ({ recent: recent.of(r.patient), earlier: earlier.of(r.patient), glucose: r.glucose }),
  score: logistic({ intercept: 0, weights: { glucose: -0.01, 'earlier.n': 1 } }),
})
const clinic = pipeline('clinic', [low])

const start = '2026-01-01T00:00Z'
const at = (minute: number) => Date.parse(start) + minute * 60_000

test('sends events, moves the clock, and reads features and decisions', async () => {
  const run = await testing(clinic, { at: start })
  await run.send(readings, [
    { patient: 'p1', glucose: 92, at: at(0) },
    { patient: 'p1', glucose: 68, at: '2026-01-01T00:05Z' },
  ])
  assert.equal(run.now, at(5))
  assert.deepEqual(run.features(recent, 'p1'), { level: 68, slope: -4.8, n: 2, two: [68, 92] })
  assert.deepEqual(run.features(recent, 'p2'), { level: null, slope: null, n: 0, two: null })
  assert.deepEqual(run.features(earlier, 'p1'), { n: 0 })
  await run.advance('5m')
  assert.deepEqual(run.features(earlier, 'p1'), { n: 1 })
  await run.advance({ to: at(40) })
  assert.equal(run.features(recent, 'p1').level, null, 'the reading is older than 30 minutes')
  const decisions = run.decisions(low)
  assert.deepEqual(
    decisions.map(decision => [decision.t, decision.key, decision.vector.recent.n, decision.vector.earlier.n]),
    [
      [at(0), 'p1', 1, 0],
      [at(5), 'p1', 2, 0],
    ],
  )
  assert.equal(decisions[1].score, 1 / (1 + Math.exp(0.68)))
})

test('a late event arrives now and counts in every window that reaches it', async () => {
  const run = await testing(clinic, { at: at(20) })
  await run.send(readings, [{ patient: 'p1', glucose: 100, at: at(10) }])
  assert.equal(run.now, at(20))
  assert.deepEqual(run.features(recent, 'p1'), { level: 100, slope: null, n: 1, two: [100] })
  assert.equal(run.decisions(low)[0].t, at(20))
})

test('a rejected record rejects, or is kept if the test allows it', async () => {
  const run = await testing(clinic, { at: start })
  await assert.rejects(run.send(readings, [{ patient: 'p1', glucose: 5, at: at(1) }]), /rejected a record \(schema\): 'glucose'/)
  await run.send(readings, [{ patient: 'p1', glucose: 5, at: at(1) }], { rejected: true })
  assert.equal(run.rejected.length, 1)
  assert.equal(run.decisions(low).length, 0)
  await assert.rejects(run.advance({ to: at(-1) }), /cannot go back/)
})

test('distributions: counts by bucket, a quantile, the most frequent values', async () => {
  const spread = features('spread', {
    from: readings,
    entity: patient,
    place: stream,
    values: r => ({
      ranges: r.glucose.histogram('1h', { bounds: [54, 70, 180] }),
      median: r.glucose.quantile('1h', 0.5),
      usual: r.glucose.topK(2, '1h'),
    }),
  })
  const watch = model('watch', {
    decide: on(readings),
    inputs: r => ({ spread: spread.of(r.patient) }),
    score: { version: '1', compute: v => v.spread.ranges[0] },
  })
  const run = await testing(pipeline('ward', [watch]), { at: start })
  await run.send(
    readings,
    [54, 70, 71, 200, 70].map((glucose, i) => ({ patient: 'p1', glucose, at: at(i) })),
  )
  const distributions = { ranges: [1, 2, 1, 1], median: 70, usual: [70, 54] }
  assert.deepEqual(run.features(spread, 'p1'), distributions)
  assert.deepEqual(run.features(spread, 'p2'), { ranges: [0, 0, 0, 0], median: null, usual: null })
  const [first, , , , last] = run.decisions(watch)
  assert.deepEqual([first.vector.spread, first.score], [{ ranges: [1, 0, 0, 0], median: 54, usual: [54] }, 1])
  assert.deepEqual([last.vector.spread, last.score], [distributions, 1])
  await run.advance('2h')
  assert.deepEqual(run.features(spread, 'p1'), { ranges: [0, 0, 0, 0], median: null, usual: null })
})
