import assert from 'node:assert/strict'
import test from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { hypo, readings, recent } from './glucose.ts'
import { reading, type Upload } from './reading.ts'

const start = Date.UTC(2026, 0, 5, 12)
const time = (minutes: number): string => new Date(start + minutes * 60_000).toISOString()

/** Uploads every five minutes, each four minutes before a tick. */
const uploads = (...glucose: Upload['glucose'][]) =>
  glucose.map((value, i): Upload => ({ patient: 'p1', glucose: value, at: time(5 * i + 1) }))

/** A run up to the tick after the last upload. */
async function runOf(...glucose: Upload['glucose'][]) {
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads(...glucose))
  await run.advance('4m')
  return run
}

const scoresOf = async (...glucose: Upload['glucose'][]) => (await runOf(...glucose)).decisions(hypo).map(({ score }) => score)

test('readings: sensor codes stand at the ends of the range and keep their word', () => {
  const of = (glucose: number | string) => {
    const { glucose: value, code } = reading({ patient: 'p1', glucose, at: 'T' })
    return [value, code]
  }
  assert.deepEqual(of(120), [120, null])
  for (const low of ['LOW', 39, '39.6', 10]) assert.deepEqual(of(low), [39, 'LOW'])
  for (const high of ['HIGH', 401, '600']) assert.deepEqual(of(high), [401, 'HIGH'])
  for (const value of [40, 400, '185.4']) assert.deepEqual(of(value), [value, null])
  for (const none of ['NA', '', 9, 601]) assert.deepEqual(of(none), [none, null])
})

test('an upload without an id is known by its time and value, and arrives as it is measured unless it says when', () => {
  assert.deepEqual(reading({ patient: 'p1', glucose: 120, at: 'T' }), {
    patient: 'p1',
    glucose: 120,
    code: null,
    at: 'T',
    uploaded: 'T',
    id: 'T=120',
  })
  const { uploaded, id } = reading({ patient: 'p1', glucose: 120, at: 'T', uploaded: 'U', id: '7' })
  assert.deepEqual([uploaded, id], ['U', '7'])
})

test('level, slope, step, share in range and lowest of the last half hour', async () => {
  const run = await runOf(190, 120, 110, 100, 90, 80, 68)
  assert.deepEqual(run.features(recent, 'p1'), { level: 68, slope: -2.12, step: -2.4, inRange: 5 / 6, lowest: 68, readings: 6 })
  await run.advance('25m')
  assert.deepEqual(run.features(recent, 'p1'), { level: 68, slope: null, step: null, inRange: 0, lowest: 68, readings: 1 })
  assert.equal(run.features(recent, 'p2').level, null)
})

test('a code counts as low, and no slope is measured through it', async () => {
  const run = await runOf(60, 52, 46, 'LOW')
  assert.deepEqual(run.features(recent, 'p1'), { level: 39, slope: -1.4, step: -1.4, inRange: 0, lowest: 39, readings: 4 })
})

test('decided at each tick, up to half an hour after the last reading', async () => {
  const run = await runOf(120, 119)
  await run.advance('2h')
  assert.deepEqual(
    run.decisions(hypo).map(({ key, t, vector }) => [key, (t - start) / 60_000, vector.level]),
    [5, 10, 15, 20, 25, 30, 35].map(minutes => ['p1', minutes, minutes === 5 ? 120 : 119]),
  )
})

test('the rule: steady, falling towards low, low, very low, and was low', async () => {
  assert.deepEqual(await scoresOf(120, 120, 118), [0.1, 0.1, 0.1])
  assert.deepEqual(await scoresOf(110, 104, 98, 92, 86), [0.1, 0.1, 0.1, 0.8, 0.8]) // 1.2 a minute: 92 is 68 in 20 min
  assert.deepEqual(await scoresOf(72, 69, 60, 53, 58, 71), [0.1, 0.9, 0.9, 0.95, 0.9, 0.3])
})

test('a drop that no body makes is suspect, and low a reading later', async () => {
  assert.deepEqual(await scoresOf(120, 121, 65, 64), [0.1, 0.1, 0.5, 0.9])
})

test('a reading that is sent again is acknowledged and counts once', async () => {
  const run = await testing(pipeline, { at: start })
  const [first, second] = uploads(100, 90)
  await run.send(readings, [first, second, first, second])
  assert.equal(run.features(recent, 'p1').readings, 2)
})

test('a revision takes the place of what it revises: what was low has never been, for decisions from then on', async () => {
  const run = await runOf(80, 69, 71)
  await run.send(readings, [{ patient: 'p1', glucose: 72, at: time(6) }])
  await run.advance('5m')
  assert.deepEqual(
    run.decisions(hypo).map(({ score, vector }) => [score, vector.lowest, vector.readings]),
    [
      [0.1, 80, 1],
      [0.9, 69, 2],
      [0.3, 69, 3],
      [0.1, 71, 3],
    ],
  )
})

test('a week after a reading nobody revises it', async () => {
  const run = await runOf(100)
  await run.advance('7d')
  await run.send(readings, uploads(101), { rejected: true })
  assert.deepEqual(
    run.rejected.map(({ reason }) => reason),
    ['stale-revision'],
  )
})

test('a value that is no glucose is rejected with the reason', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads('NA', 700, 5), { rejected: true })
  assert.deepEqual(
    run.rejected.map(({ reason }) => reason),
    ['schema', 'schema', 'schema'],
  )
  assert.match(run.rejected[1].detail, /'glucose' is 700, outside \[39, 401\]/)
})
