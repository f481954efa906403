/** The values of a store equal the oracle's, at every row of every group. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { backfillTarget, type BackfillGroup } from '../../src/batch/backfill/target.ts'
import { fillGap, findGap } from '../../src/batch/backfill/backfill.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { GroupIR, PlacementIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import { visibleEvents, ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { agree } from '../property/compare.ts'
import { shop, shopHistory, shopLog } from './shop.ts'
import { rowsIn } from './store-contents.ts'

const SEEDS = 3
const LIVE = 2 * 86_400_000

async function compare(
  log: readonly LoggedEvent[],
  every: number | undefined,
): Promise<{ rows: number; values: number; rejected: number }> {
  const folder = scratchFolder('backfill')
  const moments =
    every === undefined ? ({ kind: 'events' } as const) : ({ kind: 'times', schedule: { kind: 'interval', every, phase: 0 } } as const)
  const target = backfillTarget(shop, undefined, moments, LIVE)
  const options = { target, history: shopHistory(shop, log, 'day'), folder, unit: 'day', threads: 1 } as const
  await fillGap(await findGap({ ...options, isMeasured: false }), options)
  const counts = { rows: 0, values: 0, rejected: 0 }
  for (const group of target.groups) await compareGroup(folder, group, log, counts)
  return counts
}

async function compareGroup(
  folder: string,
  { group, source, rowTimes: moments }: BackfillGroup,
  log: readonly LoggedEvent[],
  counts: { rows: number; values: number; rejected: number },
): Promise<void> {
  const stored: Record<string, unknown>[] = []
  for (const name of readdirSync(join(folder, group.name)).sort()) stored.push(...(await rowsIn(join(folder, group.name, name))))
  const isAt = moments.kind === 'times'
  const expected = isAt ? liveRows(group, source, log, stored) : eventRows(group, log)
  assert.deepEqual(
    stored.map(row => [row['t'], ...group.key.map(key => row[`key.${key}`])]),
    expected,
    `rows of ${group.name}`,
  )
  const place: PlacementIR = isAt && (group.place.kind === 'batch' || group.place.kind === 'scheduled') ? { kind: 'stream' } : group.place
  for (const row of stored) {
    const t = row['t'] as number
    const { events, clock } = visibleEvents(source, place, log, log.filter(({ arrival }) => arrival <= t).length, t)
    const own = ofKey(
      group,
      standing(source, events),
      group.key.map(key => row[`key.${key}`] as Value),
    )
    for (const feature of group.features) {
      const { delivered, tolerance, rejected } = valueOf(source, feature, own, clock)
      const got = {
        value: row[feature.name] as Value,
        ...(row[`${feature.name}.rejected`] ? { rejected: row[`${feature.name}.rejected`] as 'SPILL_LIMIT' } : {}),
      }
      const want = { value: delivered, tolerance, ...(rejected && { rejected }) }
      assert.ok(agree(want, got), `${group.name}.${feature.name} of ${JSON.stringify(row)}: ${JSON.stringify(want)}`)
      counts.values++
      if (rejected) counts.rejected++
    }
    counts.rows++
  }
}

/** At each arrival of an event with a key. */
const eventRows = (group: GroupIR, log: readonly LoggedEvent[]): unknown[] =>
  log
    .filter(({ source, row }) => source === group.source && group.key.every(key => row[key] !== null))
    .map(({ arrival, row }) => [arrival, ...group.key.map(key => row[key])])

/** At each time with rows, each key that has an event within the live period. Times without live keys are covered by the test of times. */
function liveRows(group: GroupIR, source: SourceIR, log: readonly LoggedEvent[], stored: readonly Record<string, unknown>[]): unknown[] {
  const times = [...new Set(stored.map(row => row['t'] as number))]
  return times.flatMap(t => {
    const { events } = visibleEvents(source, { kind: 'stream' }, log, log.filter(({ arrival }) => arrival <= t).length, t)
    const live = standing(source, events).filter(({ time, row }) => time >= t - LIVE && time <= t && row[group.key[0]] !== null)
    const keys = [...new Set(live.map(({ row }) => row[group.key[0]]))]
    keys.sort((a, b) => (typeof a === 'number' ? a - (b as number) : Buffer.compare(Buffer.from(a as string), Buffer.from(b as string))))
    return keys.map(key => [t, key])
  })
}

test("every value at an event's arrival is the oracle's point-in-time value", async () => {
  const counts = { rows: 0, values: 0, rejected: 0 }
  for (let seed = 1; seed <= SEEDS; seed++) {
    const compared = await compare(shopLog(seed), undefined)
    for (const name of ['rows', 'values', 'rejected'] as const) counts[name] += compared[name]
  }
  assert.ok(counts.rows > 500 && counts.values > 2000 && counts.rejected > 50, JSON.stringify(counts))
})

test("every value at a tick is the oracle's, for each active key", async () => {
  const counts = { rows: 0, values: 0, rejected: 0 }
  for (let seed = 1; seed <= SEEDS; seed++) {
    const compared = await compare(shopLog(seed), 7 * 3_600_000)
    for (const name of ['rows', 'values', 'rejected'] as const) counts[name] += compared[name]
  }
  assert.ok(counts.rows > 200 && counts.values > 1000, JSON.stringify(counts))
})
