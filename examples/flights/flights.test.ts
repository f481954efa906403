import assert from 'node:assert/strict'
import test from 'node:test'
import { departed, landed, localHour } from './data.ts'
import pipeline from './flights.ts'

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
  assert.deepEqual(departure, { origin: 'LAX', destination: 'JFK', distance: 2475, hour: 18, departed: departed(flight) })
  assert.deepEqual(landing, { destination: 'JFK', delay: 12, landed: landed(flight) })
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
