import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivals, begin, Simulation } from '../../../test/monitor/simulated-samples.ts'
import { random, type Random } from '../../base/random.ts'
import { seriesText } from '../series/measures.ts'
import { alertThresholds } from '../../define/config/alert-thresholds.ts'

const [SAMPLE, MINUTE, HOUR, DAY] = [10_000, 60_000, 3_600_000, 86_400_000]

const accepted = seriesText('events', ['payments', 'accepted'])
const rejected = seriesText('events', ['payments', 'rejected'])
const read = seriesText('freshness_decisions', ['card'])
const fresh = seriesText('freshness_within', ['card'])
const met = seriesText('deadlines', ['block', 'met'])
const missed = seriesText('deadlines', ['block', 'missed'])
const delivered = seriesText('effects', ['block', 'delivered'])
const failed = seriesText('effects', ['block', 'tried'])

/** A healthy day: traffic by the hour, few of everything that may go wrong at any time. */
const healthySample = (next: Random, scale: number) => (now: number) => {
  const hour = (now / HOUR) % 24
  const events = arrivals(next, Math.min(50, scale * (1.2 + Math.sin((hour / 24) * 2 * Math.PI))))
  const bad = (share: number) => Array.from({ length: events }, () => next()).filter(chance => chance < share).length
  const [stale, late, failures, rejections] = [bad(0.002), bad(0.002), bad(0.01), bad(0.0005)]
  return {
    [accepted]: events - rejections,
    [rejected]: rejections,
    [read]: events,
    [fresh]: events - stale,
    [met]: events - late,
    [missed]: late,
    [delivered]: events,
    [failed]: failures,
  }
}

test('healthy days with quiet nights open nothing, at any rate of events', () => {
  for (const [seed, scale] of [
    [1, 0.02],
    [2, 0.3],
    [3, 10],
  ] as const)
    assert.deepEqual([...new Simulation().run(3 * DAY, healthySample(random(seed), scale))], [], `scale ${scale}`)
})

test('each fault shows within five minutes, as the cause that it is', () => {
  const faults: readonly [string, Readonly<Record<string, number>>][] = [
    ['page source-stopped payments', { [accepted]: 0, [rejected]: 0, [read]: 0, [fresh]: 0, [met]: 0 }],
    ['page dead-letters payments', { [accepted]: 0, [rejected]: 20, [read]: 0, [fresh]: 0 }],
    ['page effects block', { [delivered]: 0, [met]: 0, [failed]: 20 }],
  ]
  for (const [text, fault] of faults) {
    const simulation = new Simulation()
    const usual = healthySample(random(4), 10)
    simulation.run(DAY, usual)
    const held = simulation.run(10 * MINUTE, now => {
      for (let number = 0; fault[delivered] === 0 && number < 5; number++)
        simulation.conditions.receivers.add({ action: 'block', number, outcome: 'tried', decidedAt: now, at: now })
      return { ...usual(now), ...fault }
    })
    assert.ok((held.get(text) ?? Infinity) <= 5 * MINUTE, `${text}: ${JSON.stringify([...held])}`)
  }
})

test('stale decisions page by burn rate, and a group without an objective is not judged', () => {
  const simulation = new Simulation()
  const usual = healthySample(random(4), 10)
  simulation.run(2 * HOUR, usual)
  const stale = (now: number) => ({ ...usual(now), [fresh]: 0 })
  assert.deepEqual([...simulation.run(20 * MINUTE, stale, { freshness: new Map() })], [])
  const [[first]] = simulation.run(5 * MINUTE, stale)
  assert.equal(first, 'page freshness card')
})

test('a few effects that are rejected again and again are a ticket, and an outage leaves none behind', () => {
  const poison = new Simulation()
  poison.run(3 * HOUR, () => ({ [delivered]: 0, cpu_ms: 1 }))
  assert.deepEqual(
    [...poison.run(10 * HOUR, now => ({ [failed]: now % MINUTE === 0 ? 1 : 0, cpu_ms: 1 })).keys()],
    ['ticket effects block'],
  )
  const outage = new Simulation()
  outage.run(6 * HOUR, healthySample(random(4), 1))
  const down = (now: number) => {
    for (let number = 0; number < 5; number++)
      outage.conditions.receivers.add({ action: 'block', number, outcome: 'tried', decidedAt: now, at: now })
    return { [failed]: 5, cpu_ms: 1, 'effects_waiting?action=block': 5 }
  }
  assert.deepEqual(
    [...outage.run(2 * HOUR, down).keys()].filter(text => text.includes('effects')),
    ['page effects block'],
  )
  outage.conditions.receivers.add({ action: 'block', number: 1, outcome: 'delivered', decidedAt: outage.now, at: outage.now })
  assert.deepEqual(
    [...outage.run(HOUR, healthySample(random(5), 1)).keys()].filter(text => text.includes('effects')),
    [],
  )
})

test('effects that come late after an outage of their receiver are no page of their own', () => {
  const simulation = new Simulation()
  const { receivers } = simulation.conditions
  const usual = { [delivered]: 10, [met]: 10, 'effects_waiting?action=block': 1 }
  simulation.run(6 * HOUR, () => usual)
  let number = 0
  const effectOf = (time: number) => ({ action: 'block', number: number++, decidedAt: time, due: time + MINUTE })
  const from = simulation.now
  simulation.run(30 * MINUTE, now => {
    for (let i = 0; i < 5; i++) receivers.add({ ...effectOf(now), outcome: 'tried', at: now })
    return { [failed]: 5, 'effects_waiting?action=block': 5 }
  })
  const held = simulation.run(20 * MINUTE, now => {
    for (let i = 0; i < 10; i++) receivers.add({ ...effectOf(from), outcome: 'delivered', at: now })
    return { ...usual, [missed]: 10 }
  })
  assert.deepEqual([...held], [])
  assert.ok(simulation.run(20 * MINUTE, () => ({ ...usual, [missed]: 10 })).has('page deadline block'), 'those of later effects are')
})

test('a group that has no result yet is not judged, and its decisions do not count later', () => {
  const simulation = new Simulation()
  const unjudged = new Set(['card'])
  const stale = new Map([[read, 100]])
  for (let i = 0; i < 360; i++) simulation.conditions.add({ at: (simulation.now += SAMPLE), values: stale }, { unjudged })
  assert.deepEqual([...simulation.run(10 * MINUTE, () => ({ [read]: 100, [fresh]: 100 }))], [])
})

test('a poison event opens nothing', () => {
  const simulation = new Simulation()
  const usual = healthySample(random(6), 1)
  simulation.run(HOUR, usual)
  assert.deepEqual([...simulation.run(HOUR, now => ({ ...usual(now), [rejected]: now % (20 * MINUTE) === 0 ? 1 : 0 }))], [])
})

test('a disk that fills up, a run that takes nothing, and what jobs report are conditions', () => {
  const simulation = new Simulation()
  const gib = 2 ** 30
  const filling = (now: number) => ({
    disk_free_bytes: 40 * gib - ((now - begin) / HOUR) * 12 * gib,
    disk_used_bytes: gib + ((now - begin) / HOUR) * 12 * gib,
  })
  const held = simulation.run(50 * MINUTE, filling)
  assert.ok(held.has('page disk shop'))
  const low = new Simulation()
  assert.deepEqual([...low.run(SAMPLE, () => ({ disk_free_bytes: 1.5 * gib })).keys()], ['ticket disk shop'])
  assert.deepEqual([...low.run(SAMPLE, () => ({ disk_free_bytes: 0.4 * gib })).keys()], ['page disk shop'])
  const state = {
    unavailable: 'held back',
    reported: [{ cause: 'drift', subject: { kind: 'model', name: 'fraud' }, severity: 'ticket', summary: 'drifts' }],
  } as const
  assert.deepEqual([...new Simulation().run(SAMPLE, () => ({}), state).keys()], ['ticket drift fraud', 'page availability shop'])
})

test('thresholds are checked', () => {
  assert.equal(alertThresholds({ errors: 0.9 }).errors, 0.9)
  assert.throws(() => alertThresholds(Object({ error: 0.9 }) as object), {
    code: 'SPILL_INPUT',
    message: "alerts: there is no threshold 'error'; did you mean 'errors'?",
  })
  for (const errors of [0, 1, -1, 2, '0.9', NaN])
    assert.throws(() => alertThresholds({ errors }), { code: 'SPILL_INPUT', message: /^alerts\.errors is .*a share above 0 and below 1/ })
  for (const diskPageBytes of [-1, Infinity, 'much'])
    assert.throws(() => alertThresholds({ diskPageBytes }), { code: 'SPILL_INPUT', message: /a number of bytes/ })
})

test('a source of which no record is accepted any more is a page within three minutes, also with few records; one bad batch is not', () => {
  const broken = new Simulation()
  const usual = (now: number) => ({ [accepted]: now % (30 * 1000) === 0 ? 1 : 0 })
  broken.run(DAY, usual)
  const firstHeld = broken.run(10 * MINUTE, now => ({ [rejected]: now % (30 * 1000) === 0 ? 1 : 0 }))
  assert.deepEqual([...firstHeld.keys()], ['page dead-letters payments'])
  assert.ok(firstHeld.get('page dead-letters payments')! <= 3 * MINUTE)
  const batch = new Simulation()
  batch.run(DAY, usual)
  assert.deepEqual([...batch.run(10 * MINUTE, now => ({ ...usual(now), [rejected]: now % (10 * MINUTE) === 0 ? 8 : 0 })).keys()], [])
})
