/** Sources that have stopped, and those that are silent as usual. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivals, begin, healthy, Simulation } from '../../../test/monitor/simulated-samples.ts'
import { random } from '../../base/random.ts'
import { seriesText } from '../series/measures.ts'

const [SAMPLE, MINUTE, HOUR, DAY] = [10_000, 60_000, 3_600_000, 86_400_000]
const accepted = seriesText('events', ['payments', 'accepted'])
const records = (count: number) => ({ [accepted]: count })
const stopped = 'page source-stopped payments'

/** Records on workdays from 8:00 to 18:00, UTC. */
const office = (now: number) => {
  const hour = (now / HOUR) % 24
  const day = new Date(now).getUTCDay()
  return records(hour >= 8 && hour < 18 && day !== 0 && day !== 6 ? 10 : 0)
}

test('a source that sends batches is silent between them, and has stopped after three times that', () => {
  for (const every of [5, 10]) {
    const simulation = new Simulation()
    const batches = (now: number) => records(now % (every * MINUTE) === 0 ? 1000 : 0)
    assert.deepEqual([...simulation.run(DAY, batches)], [], `every ${every} min`)
    // The last batch was `every` minutes before.
    const held = (simulation.run(2 * HOUR, () => records(0)).get(stopped) ?? Infinity) + every * MINUTE
    assert.ok(held >= 3 * (every - 1) * MINUTE && held <= (3 * every + 2) * MINUTE, `every ${every} min: ${held}`)
  }
})

test('a backfill says nothing about the rhythm of a source', () => {
  const simulation = new Simulation()
  simulation.run(20 * MINUTE, () => records(5000))
  assert.deepEqual([...simulation.run(DAY, () => records(0))], [])
})

test('downtime is no silence, and an alert goes on after a restart until a record arrives', () => {
  const simulation = new Simulation()
  simulation.run(DAY, () => records(10))
  simulation.now += 5 * HOUR
  assert.deepEqual([...simulation.run(3 * MINUTE, () => records(0))], [])
  assert.ok(simulation.run(2 * DAY, () => records(0)).has(stopped))
  const [alert] = simulation.conditions.at(simulation.now, healthy)
  assert.equal(alert.cause, 'source-stopped', 'two days later it is still dead')
  const next = new Simulation()
  next.conditions.resume([alert])
  assert.ok(next.run(SAMPLE, () => records(0)).has(stopped))
  assert.deepEqual([...next.run(SAMPLE, () => records(1))], [])
})

test('a source that stops each evening, and over the weekend, does so each day', () => {
  const simulation = new Simulation()
  simulation.run(8 * DAY, office)
  assert.deepEqual([...simulation.run(7 * DAY, office)], [])
})

test('the first night of a source opens a ticket at most, which ends in the morning', () => {
  const simulation = new Simulation()
  assert.deepEqual([...simulation.run(DAY, office).keys()], ['ticket source-stopped payments'])
  assert.deepEqual([...simulation.run(8 * HOUR, office).keys()], ['ticket source-stopped payments'], 'it goes on')
  assert.deepEqual([...simulation.run(8 * DAY, office)], [], 'and neither later nights nor the first weekend')
})

test('a source that is silent each night has stopped after 2 h of its day, and is missed in the morning', () => {
  // The first day is a Thursday.
  for (const [name, stop, latest] of [
    ['at noon of the Wednesday', 13 * DAY + 12 * HOUR, 122 * MINUTE],
    ['in the night to a Monday', 11 * DAY, 9 * HOUR + 22 * MINUTE],
  ] as const) {
    const simulation = new Simulation()
    simulation.run(8 * DAY, office)
    assert.deepEqual([...simulation.run(stop - 8 * DAY, office)], [])
    const held = simulation.run(DAY, () => records(0)).get(stopped)
    assert.ok(held !== undefined && held > latest - 4 * MINUTE && held <= latest, `${name}: ${held! / MINUTE} min`)
  }
})

test('a source whose day begins an hour later after a change of the clock has not stopped', () => {
  const simulation = new Simulation()
  const later = (now: number) => office(now - (now >= begin + 10 * DAY ? HOUR : 0))
  simulation.run(8 * DAY, later)
  assert.deepEqual([...simulation.run(7 * DAY, later)], [])
})

test('a source with a few records a minute at night is silent for minutes now and then', () => {
  const next = random(10)
  const simulation = new Simulation()
  const randomly = (now: number) => {
    const mean = 3 + 10 * Math.max(0, Math.sin((((now / HOUR) % 24) - 6) * (Math.PI / 18)))
    return records(arrivals(next, (mean * SAMPLE) / MINUTE))
  }
  simulation.run(DAY, randomly)
  assert.deepEqual([...simulation.run(60 * DAY, randomly)], [])
})

test('a source whose records come in bursts at random has not stopped when none come for a while', () => {
  for (const [seed, minutes] of [
    [1, 5],
    [2, 20],
    [3, 40],
  ] as const) {
    const simulation = new Simulation()
    const next = random(seed)
    const bursts = () => records(next() < SAMPLE / (minutes * MINUTE) ? 20 : 0)
    simulation.run(8 * DAY, bursts)
    assert.deepEqual([...simulation.run(8 * DAY, bursts)], [], `each ${minutes} min`)
  }
})
