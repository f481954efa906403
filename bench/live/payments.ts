/** Generated payments: the events of `bench ingest`, their pipelines, and the expected contents of the log. */
import { count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../src/index.ts'
import { Strings } from '../../src/columns/strings.ts'
import { Log } from '../../src/log/log.ts'
import type { LogStore } from '../../src/log/store.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, terminal: t.string(), amount: t.decimal(2), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const recent = features('recent', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), spent: p.amount.sum('1h'), mean: p.amount.mean('24h'), most: p.amount.max('24h') }),
})
const watch = model('watch', {
  decide: on(payments),
  inputs: p => {
    const { n, spent, most } = recent.of(p.card)
    return { n, spent, most }
  },
  score: v => rules([{ when: v.n.gt(100), score: 0.9 }], 0.1),
})

/** Features alone, or with a decision on each payment. */
export const pipelines = { features: pipeline('taking', [recent]), deciding: pipeline('deciding', [watch]) }

export const CARDS = 10_000
export const TERMINALS = 2000

/** A payment by its number, so that both sides of a bench and the check afterwards have the same ones. */
const idOf = (number: number): string => `payment-${String(number).padStart(9, '0')}`
const cardOf = (number: number): string => `c${String((number * 7919) % CARDS).padStart(5, '0')}`
const terminalOf = (number: number): string => `t${String((number * 104_729) % TERMINALS).padStart(4, '0')}`
const centsOf = (number: number): number => 100 + ((number * 6007) % 29_900)
const amountOf = (number: number): string => (centsOf(number) / 100).toFixed(2)

/** Five a millisecond, from `since` on, UTC ms. */
const timeOf = (number: number, since: number): string => new Date(since + Math.floor(number / 5)).toISOString()

/** Payments from `first` on, one line each, of some 105 bytes. */
export function linesOf(first: number, payments: number, since: number): Buffer {
  const lines = Array.from({ length: payments }, (_, i) => {
    const n = first + i
    return `{"id":"${idOf(n)}","card":"${cardOf(n)}","terminal":"${terminalOf(n)}","amount":"${amountOf(n)}","at":"${timeOf(n, since)}"}\n`
  })
  return Buffer.from(lines.join(''))
}

/** The same for PostgreSQL's COPY, in its own text form. */
export function copyOf(first: number, payments: number, since: number): Buffer {
  const lines = Array.from({ length: payments }, (_, i) => {
    const n = first + i
    return `${idOf(n)}\t${cardOf(n)}\t${terminalOf(n)}\t${amountOf(n)}\t${timeOf(n, since)}\n`
  })
  return Buffer.from(lines.join(''))
}

/** Expected contents after all payments below a number were ingested once. */
export interface LogContents {
  readonly events: number
  readonly ids: number
  readonly cents: number
}

export function expected(payments: number): LogContents {
  let cents = 0
  for (let n = 0; n < payments; n++) cents += centsOf(n)
  return { events: payments, ids: payments, cents }
}

/** Reads the whole log back. */
export function contentsOf(store: LogStore): LogContents {
  const strings = new Strings()
  const log = new Log(store, { sources: pipelines.features.ir.sources, stringsOf: () => strings })
  const ids = new Set<number>()
  const contents = { events: 0, ids: 0, cents: 0 }
  for (const segment of log.segments(0, log.end, {
    stringsOf: () => strings,
    columnFilter: (_, column) => column === 'id' || column === 'amount',
  })) {
    for (const { block } of segment.sources)
      for (let row = 0; row < block.length; row++) {
        ids.add(Number(strings.textOf(block.columns['id'].values[row]).slice('payment-'.length)))
        contents.cents += block.columns['amount'].values[row]
        contents.events++
      }
    strings.clear()
  }
  return { ...contents, ids: ids.size }
}
