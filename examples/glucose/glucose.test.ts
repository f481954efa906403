import assert from 'node:assert/strict'
import test from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { hypo, readings, recent } from './glucose.ts'
import { reading, type Upload } from './reading.ts'

const start = Date.UTC(2026, 0, 5, 12)
const time = (minutes: number): string => new Date(start + minutes * 60_000).toISOString()

/** Uploads five minutes apart. The source maps them; its type is that of the rows mapped to. */
const uploads = (...glucose: Upload['glucose'][]) =>
  glucose.map((value, i): Upload => ({ patient: 'p1', glucose: value, at: time(5 * i) })) as never[]

async function scoresOf(...glucose: Upload['glucose'][]): Promise<(number | null)[]> {
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads(...glucose))
  return run.decisions(hypo).map(decision => decision.score)
}

test('what a reading is: sensor codes stand at the ends of the range and keep their word', () => {
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
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads(190, 120, 110, 100, 90, 80, 68))
  assert.deepEqual(run.features(recent, 'p1'), { level: 68, slope: -2.12, step: -2.4, inRange: 5 / 7, lowest: 68, readings: 7 })
  await run.advance('30m')
  assert.deepEqual(run.features(recent, 'p1'), { level: 68, slope: null, step: null, inRange: 0, lowest: 68, readings: 1 })
  assert.equal(run.features(recent, 'p2').level, null)
})

test('a code counts as low, and no slope is measured through it', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads(60, 52, 46, 'LOW'))
  assert.deepEqual({ ...run.features(recent, 'p1'), step: 0 }, { level: 39, slope: -1.4, step: 0, inRange: 0, lowest: 39, readings: 4 })
})

test('the rule: steady, falling towards low, low, very low, and was low', async () => {
  assert.deepEqual(await scoresOf(120, 120, 118), [0.1, 0.1, 0.1])
  assert.deepEqual(await scoresOf(110, 104, 98, 92, 86), [0.1, 0.1, 0.1, 0.8, 0.8]) // 1.2 a minute: 92 is 68 in 20 min
  assert.deepEqual(await scoresOf(72, 69, 60, 53, 58, 71), [0.1, 0.9, 0.9, 0.95, 0.9, 0.3])
})

test('a drop that no body makes is suspect, and low a reading later', async () => {
  assert.deepEqual(await scoresOf(120, 121, 65, 64), [0.1, 0.1, 0.5, 0.9])
})

test('what is sent again is acknowledged and decides nothing; a revision is one more event', async () => {
  const run = await testing(pipeline, { at: start })
  const [first, second] = uploads(100, 90)
  await run.send(readings, [first, second, first, second])
  assert.equal(run.decisions(hypo).length, 2)
  await run.send(readings, [{ patient: 'p1', glucose: 94, at: time(5) } as never])
  const { level, readings: count } = run.features(recent, 'p1')
  assert.deepEqual([run.decisions(hypo).length, level, count], [3, 94, 3])
})

test('what is no glucose is refused, and said', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(readings, uploads('NA', 700, 5), { refused: true })
  assert.deepEqual(
    run.refused.map(({ reason }) => reason),
    ['schema', 'schema', 'schema'],
  )
  assert.match(run.refused[1].detail, /'glucose' is 700, outside \[39, 401\]/)
})
