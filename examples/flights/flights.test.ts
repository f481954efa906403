import assert from 'node:assert/strict'
import test from 'node:test'
import { testing } from 'spillway/testing'
import { departed, flightId, landed, localHour } from './data.ts'
import coefficients from './coefficients.json' with { type: 'json' }
import pipeline, { arrivals, departures, landings, late } from './flights.ts'

const flight = { date: Date.UTC(2001, 0, 15, 18, 30), delay: 12, distance: 2475, origin: 'LAX', destination: 'JFK' }

test('a flight departs on the clock of its origin and lands after the distance at 800 km/h and half an hour', () => {
  assert.equal(new Date(departed(flight)).toISOString(), '2001-01-16T02:30:00.000Z')
  assert.equal(landed(flight) - departed(flight), Math.round(((2475 * 1.609) / 800) * 3_600_000) + 1_800_000)
  assert.equal(localHour(flight), 18)
})

test('an airport that is not known is an error', () => {
  assert.throws(() => departed({ ...flight, origin: 'XXX' }), /airport XXX/)
})

test('one row is a departure, which does not know its delay, and a landing, which carries it', () => {
  const [departure, landing] = ['departures', 'landings'].map(source => pipeline.maps.get(source)!(flight))
  const id = flightId(flight)
  assert.deepEqual(departure, { flight: id, origin: 'LAX', destination: 'JFK', distance: 2475, hour: 18, departed: departed(flight) })
  assert.deepEqual(landing, { flight: id, destination: 'JFK', delay: 12, landed: landed(flight) })
})

test('a flight is told from one that differs in anything, by a whole number', () => {
  const others = [
    flight,
    { ...flight, date: flight.date + 60_000 },
    { ...flight, delay: 13 },
    { ...flight, origin: 'LAS' },
    { ...flight, destination: 'JFL' },
  ]
  const ids = others.map(flightId)
  assert.ok(ids.every(Number.isSafeInteger))
  assert.equal(new Set(ids).size, others.length)
})

test('a landing stands before a departure of the same millisecond, and so is known to it', () => {
  assert.deepEqual(
    pipeline.ir.sources.map(source => source.name),
    ['landings', 'departures'],
  )
})

test('the model has a weight for each input and for each hour of the day', () => {
  const [{ inputs, score }] = pipeline.ir.models
  assert.ok(score.kind === 'logistic')
  assert.deepEqual(score.terms.map(term => term.input).sort(), inputs.map(input => input.name).sort())
  assert.equal(Object.keys(score.terms.find(term => term.input === 'hour')!.levels!).length, 24)
})

const HOUR = 3_600_000
const start = Date.UTC(2001, 0, 15, 12)
const ahead = { JFK: -5, LAX: -8 } as const

/** A row of the file: a flight that departs this many minutes after the start. */
const leaving = (minutes: number, origin: keyof typeof ahead, destination: string, { delay = 0, distance = 0 } = {}) => ({
  date: start + minutes * 60_000 + ahead[origin] * HOUR,
  delay,
  distance,
  origin,
  destination,
})

/** A flight of length zero: it lands half an hour after it departs. */
const landing = (minutes: number, airport: keyof typeof ahead, delay: number) => leaving(minutes - 30, airport, airport, { delay })

test('a departure is decided from what landed at both ends in the hour before it, and nothing later', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(landings, [landing(0, 'JFK', 500), landing(61, 'JFK', 30), landing(90, 'JFK', -5), landing(120, 'LAX', 15)])
  await run.send(departures, [leaving(120, 'LAX', 'JFK', { distance: 2475 })])
  await run.send(landings, [landing(121, 'JFK', 900)])
  const [{ vector, score }] = run.decisions(late)
  assert.deepEqual(vector, {
    there: { delay: 12.5, late: 0.5, landed: 2 },
    here: { delay: 15, late: 0, landed: 1 },
    hour: 6,
    distance: 2475,
  })
  const { intercept, weights } = coefficients
  const z =
    intercept +
    (12.5 * weights['there.delay'].weight + 0.5 * weights['there.late'].weight + 2 * weights['there.landed'].weight) +
    (15 * weights['here.delay'].weight + weights['here.landed'].weight) +
    (weights.hour.levels['6'] + 2475 * weights.distance.weight)
  assert.ok(Math.abs(score! - 1 / (1 + Math.exp(-z))) < 1e-12)
  assert.deepEqual(run.features(arrivals, 'SFO'), { delay: null, late: null, landed: 0 })
})

test('a delay that no flight has is rejected, and said', async () => {
  const run = await testing(pipeline, { at: start })
  await run.send(landings, [landing(30, 'JFK', 1501)], { rejected: true })
  assert.equal(run.rejected.length, 1)
  assert.match(run.rejected[0].detail, /'delay' is 1501, outside \[-120, 1500\]/)
})

test('the outcome of a departure is in its own landing; without a landing in a day it was not late', async () => {
  const run = await testing(pipeline, { at: start })
  const flights = [
    leaving(0, 'LAX', 'JFK', { delay: 16 }),
    leaving(0, 'LAX', 'JFK', { delay: 15 }),
    leaving(1, 'JFK', 'LAX', { delay: 1501 }),
  ]
  await run.send(departures, flights)
  const labels = () => run.labels(late).map(({ key, label }) => [key, label])
  const none = [
    ['LAX', 'unknown'],
    ['LAX', 'unknown'],
    ['JFK', 'unknown'],
  ]
  assert.deepEqual(labels(), none)
  // The flights land half an hour after they depart; the third has an invalid delay.
  await run.send(landings, flights, { rejected: true })
  assert.deepEqual(labels(), [
    ['LAX', true],
    ['LAX', false],
    ['JFK', 'unknown'],
  ])
  await run.advance('24h')
  assert.deepEqual(labels(), [
    ['LAX', true],
    ['LAX', false],
    ['JFK', false],
  ])
})
