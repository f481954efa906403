/**
 * A shop with groups of every kind that a store has, and random histories of some days: late, repeated and revised events, NULLs, equal
 * times.
 */
import { random, type Random } from '../../src/base/random.ts'
import type { BackfillHistory } from '../../src/batch/backfill/backfill.ts'
import type { PartitionUnit } from '../../src/offline/calendar.ts'
import { EventsInMemory, shareEvents } from '../../src/batch/backfill/events.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, Value } from '../../src/define/ir/ir.ts'
import { batch, count, entity, every, features, hybrid, lag, partial, pipeline, source, stream, t } from '../../src/index.ts'
import { blockOf } from '../property/engines/block.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 28, 22)

const card = entity('card', t.string())
const till = entity('till', t.int())
const schema = {
  card,
  till: till.nullable(),
  amount: t.decimal(2),
  weight: t.double().nullable(),
  kind: t.string().nullable(),
  at: t.timestamp(),
}
const sales = source('sales', { schema, key: 'card', time: 'at' })
const orders = source('orders', {
  schema: { ...schema, order: t.int(), gone: t.bool() },
  key: 'card',
  time: 'at',
  identity: ['order'],
  revisable: '30d',
  deleted: 'gone',
})

export const byCard = features('by_card', {
  from: sales,
  entity: card,
  place: stream,
  values: s => ({
    n: count('1d'),
    spent: s.amount.sum('3d'),
    ever: s.amount.max('lifetime'),
    weight: s.weight.sum('2d', { exact: true }),
    heavy: s.weight.mean('lifetime'),
    fading: s.amount.decayedSum('2d', { halfLife: '6h' }),
    kinds: s.kind.lastK(2, '2d'),
    some: s.kind.countDistinct('3d', { limit: 1 }),
    most: s.kind.topK(1, '3d', { limit: 1 }),
    seen: s.at.last('1d'),
  }),
})
const byTill = features('by_till', {
  from: sales,
  entity: till,
  place: hybrid(every('1d')),
  values: s => ({ n: count('6h'), least: s.weight.min('1d', { exact: true }), mean: s.weight.mean('12h') }),
})
const late = features('late', { from: sales, entity: card, place: lag('2h'), values: s => ({ n: count('1d'), sum: s.weight.sum('1d') }) })
const half = features('half', {
  from: sales,
  entity: card,
  place: partial('90m'),
  values: s => ({ n: count('1d'), last: s.kind.last('1d') }),
})
export const nightly = features('nightly', {
  from: sales,
  entity: card,
  place: batch('30 2 * * *', { lasts: '1h' }),
  values: s => ({ n: count('3d'), mean: s.weight.mean('2d') }),
})
const byOrder = features('by_order', {
  from: orders,
  entity: card,
  place: stream,
  values: s => ({ n: count('2d'), spent: s.amount.sum('2d'), weight: s.weight.sum('1d') }),
})

export const shop: PipelineIR = pipeline('shop', [byCard, byTill, late, half, nightly, byOrder]).ir

/** The same without some features (`group.feature`), and with other windows of some. */
export function changedDefinitions(ir: PipelineIR, without: ReadonlySet<string>, otherwise: ReadonlySet<string>): PipelineIR {
  const groups = ir.groups.map(group => ({
    ...group,
    features: group.features
      .filter(({ name }) => !without.has(`${group.name}.${name}`))
      .map(feature => (otherwise.has(`${group.name}.${feature.name}`) ? { ...feature, window: 5 * HOUR, hop: 60_000 } : feature)),
  }))
  return { ...ir, groups }
}

/** Events of both sources over some days, in order of arrival. */
export function shopLog(seed: number): LoggedEvent[] {
  const next = random(seed)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]
  const days = 4 + Math.floor(next() * 6)
  const length = 100 + Math.floor(next() * 200)
  const offsets = { sales: 0, orders: 0 }
  let arrival = START + Math.floor(next() * DAY)
  return Array.from({ length }, (): LoggedEvent => {
    arrival += next() < 0.1 ? 0 : Math.floor(((next() * 2 * days) / length) * DAY)
    const of = next() < 0.3 ? 'orders' : 'sales'
    const time = next() < 0.3 ? arrival - Math.floor(next() * DAY * (next() < 0.2 ? 4 : 0.1)) : arrival
    const row = { ...rowOf(next, pick, time), ...(of === 'orders' && { order: Math.floor(next() * 12), gone: next() < 0.15 }) }
    return { source: of, partition: 0, offset: offsets[of]++, arrival, time, row }
  })
}

function rowOf(next: Random, pick: <T>(of: readonly T[]) => T, time: number): Record<string, Value> {
  return {
    card: pick(['a', 'b', 'ü', 'a long name of a card']),
    till: next() < 0.2 ? null : Math.floor(next() * 3),
    amount: Math.floor(next() * 10_000) - 3000,
    weight: next() < 0.15 ? null : (next() - 0.5) * 10 ** Math.floor(next() * 6),
    kind: pick(['x', 'y', null, 'a kind of its own']),
    at: time,
  }
}

/** A log as the history of a store, up to a time. */
export function shopHistory(ir: PipelineIR, log: readonly LoggedEvent[], unit: PartitionUnit): BackfillHistory {
  const strings = new Strings()
  const blocks = new Map(
    ir.sources.map(
      of =>
        [
          of.name,
          blockOf(
            of,
            log.filter(event => event.source === of.name),
            strings,
          ),
        ] as const,
    ),
  )
  const events = new EventsInMemory(blocks, strings)
  return { events, extents: events.extents(unit), from: () => ({ kind: 'memory', shared: shareEvents(blocks, strings) }) }
}
