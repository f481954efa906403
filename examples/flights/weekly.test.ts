import assert from 'node:assert/strict'
import test from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { departures, landings, late, routeUsual, usual } from './weekly.ts'
import { weekly } from './weekly-table.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Noon in New York. */
const start = Date.UTC(2001, 0, 15, 17)

/** A row of the file: a flight from Los Angeles that departs this many hours after the start, by the local clock. */
const leaving = (hours: number, destination: string, delay: number, distance = 0) => ({
  date: start + (hours - 8) * HOUR,
  delay,
  distance,
  origin: 'LAX',
  destination,
})

test('usual delays are as of the night before, and landings within the hour are not', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(landings, [leaving(0, 'JFK', 60), leaving(1, 'JFK', 0), leaving(1, 'SFO', 30)])
  await run.send(departures, [leaving(2, 'JFK', 0, 2475)])
  const [first] = run.decisions(late)
  assert.deepEqual([first.vector.there.delay, first.vector.there.landed], [0, 1])
  assert.deepEqual(first.vector.usual, { delay: null, late: null })
  // 3:00 in Chicago is 9:00 UTC, and the batch run lasts an hour.
  await run.send(landings, [leaving(17, 'JFK', 90)])
  await run.send(departures, [leaving(17.5, 'JFK', 0, 2475)])
  const second = run.decisions(late)[1]
  assert.deepEqual(second.vector.usual, { delay: 30, late: 0.5 })
  assert.deepEqual(second.vector.route, { delay: 30, late: 0.5 })
  assert.deepEqual(second.vector.there, { delay: 90, late: 1, landed: 1 })
  assert.deepEqual([run.features(usual, 'SFO').delay, run.features(routeUsual, 'LAX-SFO').delay], [30, 30])
})

test('the model has a weight for each input', () => {
  const [{ inputs, score }] = pipeline.ir.models
  assert.ok(score.kind === 'logistic')
  assert.deepEqual(score.terms.map(term => term.input).sort(), inputs.map(input => input.name).sort())
})

test("a week's model knows no flight of its week, nor of the day before it", () => {
  // Two flights an hour for 16 weeks. In the last week, and on the day before it, late and punctual flights are exchanged.
  const length = 16 * 7 * 48
  const t = Float64Array.from({ length }, (_, i) => i * (HOUR / 2))
  const half = length - 7 * 48
  const delay = Float64Array.from(t, (_, i) => (i * 7919) % 60)
  const outcome = Uint8Array.from(delay, (minutes, i) => Number(minutes > 30 === t[i] < t[half] - DAY))
  const zero = new Float64Array(length)
  const names = pipeline.ir.models[0].inputs.map(({ name }) => name)
  const inputs = new Map(
    names.map(name => [name, name === 'there.delay' ? delay : name === 'hour' ? t.map(time => Math.floor(time / HOUR) % 24) : zero]),
  )
  const scores = weekly({ t, inputs }, outcome, half)
  assert.equal(scores.length, length - half)
  for (const [i, score] of scores.entries()) assert.equal(score > 0.5, delay[half + i] > 30, `flight ${i}`)
})
