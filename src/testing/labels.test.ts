import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begins, count, entity, every, features, labelFrom, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { testing } from '../public/testing.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { id: t.string(), patient, glucose: t.int(), at: t.timestamp() },
  key: 'patient',
  time: 'at',
  id: 'id',
})
const notes = source('notes', { schema: { reading: t.string(), wrong: t.bool(), at: t.timestamp() }, key: 'reading', time: 'at' })
const recent = features('recent', { from: readings, entity: patient, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const hypo = model('hypo', {
  decide: every('5m', patient, { live: '10m' }),
  inputs: ({ patient }) => ({ n: recent.of(patient).n }),
  score,
  label: begins(readings, r => r.glucose.lt(70), { within: '15m', lasting: '5m', maxGap: '10m' }),
})
const faulty = model('faulty', {
  decide: on(readings),
  inputs: r => ({ n: recent.of(r.patient).n }),
  score,
  label: labelFrom(notes, { join: 'reading', value: n => n.wrong, negativeAfter: '10m' }),
})
const unlabelled = model('unlabelled', { decide: on(readings), inputs: r => ({ n: recent.of(r.patient).n }), score })
const clinic = pipeline('clinic', [hypo, faulty, unlabelled])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (minutes: number) => start + minutes * 60_000
const reading = (glucose: number, at: number) => ({ id: `r${at}`, patient: 'p', glucose, at: minute(at) })

test('a test asks what came of decisions, as known at its clock', async () => {
  const run = await testing(clinic, { at: start })
  await run.send(readings, [reading(90, 0), reading(60, 6)])
  await run.advance({ to: minute(10) })
  const labels = () => run.labels(hypo).map(({ t, key, label }) => [(t - start) / 60_000, key, label])
  assert.deepEqual(labels(), [
    [0, 'p', 'unknown'],
    [5, 'p', 'unknown'],
    [10, 'p', 'not eligible'],
  ])
  await run.send(readings, [reading(61, 11)])
  assert.deepEqual(labels(), [
    [0, 'p', true],
    [5, 'p', true],
    [10, 'p', 'not eligible'],
  ])
})

test('an event that names the one decided on says what came of it; one that is late is counted', async () => {
  const run = await testing(clinic, { at: start })
  await run.send(readings, [reading(90, 0), reading(60, 1), reading(80, 2)])
  await run.send(notes, [{ reading: 'r0', wrong: true, at: minute(9) }])
  const labels = () => run.labels(faulty).map(({ label, late }) => [label, late])
  assert.deepEqual(labels(), [
    [true, 0],
    ['unknown', 0],
    ['unknown', 0],
  ])
  await run.advance({ to: minute(11) })
  await run.send(notes, [{ reading: 'r1', wrong: true, at: minute(11.5) }])
  assert.deepEqual(labels(), [
    [true, 0],
    [false, 1],
    ['unknown', 0],
  ])
})

test('a model without a label has none', async () => {
  const run = await testing(clinic, { at: start })
  assert.throws(() => run.labels(unlabelled), {
    code: 'SPILL_INPUT',
    message: /^model 'unlabelled' has no label; give it one: label: labelFrom/,
  })
})
