import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { entity, every, lag, linear, model, on, pipeline, source, t, table } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { featuresFromLog } from '../history/features-at.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from './run.ts'

const airport = entity('airport', t.string())
const schema = { airport, zone: t.string().nullable(), at: t.timestamp(), closed: t.bool().nullable() }
const zones = table('zones', { schema, key: 'airport', time: 'at', deleted: 'closed' })
const older = table('older', { schema, key: 'airport', time: 'at', deleted: 'closed', place: lag('10m') })
const flights = source('flights', { schema: { flight: t.string(), airport, at: t.timestamp() }, key: 'flight', time: 'at' })
const score = linear({ intercept: 0, weights: {} })
const leaving = model('leaving', {
  decide: on(flights),
  inputs: f => ({ zone: zones.of(f.airport).zone, since: zones.of(f.airport).at, older: older.of(f.airport).zone }),
  score,
})
const moved = model('moved', { decide: on(zones.source), inputs: z => ({ to: z.zone, zone: zones.of(z.airport).zone }), score })
const open = model('open', {
  decide: every('30m', airport, { live: '25m' }),
  inputs: ({ airport: a }) => ({ zone: zones.of(a).zone }),
  score,
})
const world = pipeline('world', [leaving, moved, open])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (m: number) => start + m * 60_000
const zone = (name: string | null, m: number, closed: boolean | null = null, of = 'zrh') => ({
  airport: of,
  zone: name,
  at: minute(m),
  closed,
})
const flight = (m: number) => ({ flight: 'x', airport: 'zrh', at: minute(m) })

function begin(disk?: Disk) {
  const store = new ModelStore(disk, true)
  let at = minute(0)
  const run = new Run(world, { store, clock: () => at })
  const sendAt = (m: number, name: string, ...records: unknown[]) => {
    at = minute(m)
    return run.submit(name, recordBatchOf(records))
  }
  const moveTo = async (m: number) => {
    at = minute(m)
    run.tick()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { store, run, sendAt, moveTo }
}

const decided = (store: ModelStore): unknown[] =>
  store.decisions
    .flatMap(({ bytes }) => [...recordedDecisions(bytes)])
    .map(({ model: name, t: at, vector }) => [(at - start) / 60_000, name, ...Object.values(vector as object)])

/** Runs every step in a process of its own if `restarts`. */
async function played(restarts: boolean): Promise<ModelStore> {
  const steps: ((live: ReturnType<typeof begin>) => Promise<unknown>)[] = [
    ({ sendAt }) => sendAt(0, 'flights', flight(0)),
    ({ sendAt }) => sendAt(1, 'zones', zone('Bern', 1), zone('Paris', 1, null, 'cdg')),
    ({ sendAt }) => sendAt(2, 'older', zone('Bern', 2)),
    ({ sendAt }) => sendAt(3, 'flights', flight(3)),
    ({ sendAt }) => sendAt(5, 'zones', zone('Zurich', 5), zone('Geneva', 4)),
    ({ sendAt }) => sendAt(12, 'flights', flight(12)),
    ({ sendAt }) => sendAt(20, 'zones', zone('Basel', 20, true), zone(null, 21, true, 'cdg')),
    ({ sendAt }) => sendAt(22, 'flights', flight(22)),
    ({ moveTo }) => moveTo(30.5),
    ({ sendAt }) => sendAt(40, 'zones', zone(null, 40)),
    ({ sendAt }) => sendAt(41, 'flights', flight(41)),
    ({ moveTo }) => moveTo(60.5),
  ]
  let live = begin()
  for (const step of steps) {
    await step(live)
    if (!restarts) continue
    await live.run.stop()
    live = begin(live.store.disk)
  }
  await live.run.stop()
  return live.store
}

const expected = [
  [0, 'leaving', null, null, null],
  [1, 'moved', 'Bern', 'Bern'],
  [1, 'moved', 'Paris', 'Paris'],
  [3, 'leaving', 'Bern', minute(1), null],
  [5, 'moved', 'Zurich', 'Zurich'],
  [5, 'moved', 'Geneva', 'Zurich'], // the row of minute 4 is not the latest
  [12, 'leaving', 'Zurich', minute(5), 'Bern'],
  [22, 'leaving', null, null, 'Bern'], // closed, which decided nothing
  [30, 'open', null], // zrh, by its row of minute 5; cdg was last heard of at 1
  [40, 'moved', null, null],
  [41, 'leaving', null, minute(40), 'Bern'], // there is a row, of which the zone is NULL
  [60, 'open', null],
]

test('decisions see the tables of a run; a delete triggers nothing and keeps no key live', async () => {
  assert.deepEqual(decided(await played(false)), expected)
})

test('a run that restarts between any two steps makes the same decisions', async () => {
  const store = await played(true)
  assert.deepEqual(decided(store), expected)
  const group = world.ir.groups.find(({ name }) => name === 'zones')!
  const at = (m: number) => featuresFromLog(world.ir, store, { group, key: ['zrh'], t: minute(m) }).features
  assert.deepEqual(
    [3, 12, 22, 41].map(m => at(m)['zone']),
    [{ value: 'Bern' }, { value: 'Zurich' }, { value: null }, { value: null }],
  )
  assert.deepEqual(
    [22, 41].map(m => at(m)['at']),
    [{ value: null }, { value: minute(40) }],
  )
})
