/** Recorded decisions in memory, as a search reads them, and pages of a search. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { count, entity, every, features, model, on, pipeline, rules, source, stream, t } from '../../src/index.ts'
import type { StoredDecisionBatch } from '../../src/log/store.ts'
import type { NumberedDecisionBatch } from '../../src/log/sqlite/reader.ts'
import { DecisionSearch, type SearchedLog, type SearchResult } from '../../src/operate/search/decision-search.ts'
import type { NewestDecisionsQuery } from '../../src/run/history/newest-decisions.ts'
import { importHistories } from '../../src/run/import/import.ts'
import { ModelStore } from '../crash/model-store.ts'
import { scratchFolder } from '../scratch.ts'

/** Decision batches as in a log, whose oldest may be forgotten. */
export class BatchLog implements SearchedLog {
  readonly all: NumberedDecisionBatch[] = []

  add(batch: StoredDecisionBatch): void {
    this.all.push({ ...batch, number: (this.all.at(-1)?.number ?? 0) + 1 })
  }

  *newestDecisions(model?: string, before = Infinity, first = 0): Generator<NumberedDecisionBatch> {
    for (const batch of this.all.toReversed())
      if (first <= batch.number && batch.number < before && (model === undefined || batch.model === model)) yield batch
  }

  decisionsAfter(number: number, model?: string) {
    return this.all.find(batch => batch.number > number && (model === undefined || batch.model === model))
  }

  decisionNumbers() {
    return { first: this.all[0]?.number ?? 0, last: this.all.at(-1)?.number ?? 0 }
  }

  firstOfNewest(most: number): number {
    let sum = 0
    const isWithin = this.all.toReversed().map(({ count }) => (sum += count) <= most)
    const oldest = isWithin.lastIndexOf(true)
    return oldest < 0 ? this.decisionNumbers().last + 1 : this.all[this.all.length - 1 - oldest].number
  }
}

/** Follows a search from page to page until it ends. `onPage` is called after each page. */
export async function searchPages(
  search: DecisionSearch,
  query: NewestDecisionsQuery,
  onPage: (page: SearchResult) => void = () => {},
): Promise<SearchResult[]> {
  const pages: SearchResult[] = []
  let { before } = query
  do {
    const page = await search.newest({ ...query, before })
    pages.push(page)
    onPage(page)
    before = page.next === undefined ? undefined : placeOf(page.next)
  } while (before)
  return pages
}

function placeOf(text: string): { batch: number; row: number } {
  const [batch, row] = text.split('.').map(Number)
  return { batch, row }
}

const start = Date.parse('2026-01-01T00:00Z')
const card = entity('card', t.string())
const schema = { card, amount: t.int(), at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at' })
const refunds = source('refunds', { schema, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1m') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  score: v => rules([{ when: v.amount.gt(6), score: 0.9 }], 0.1),
})
const abuse = model('abuse', {
  decide: on(refunds),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  score: v => rules([{ when: v.amount.gt(3), score: 0.9 }], 0.1),
})
const review = model('review', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, now: now.of(p.card) }),
  score: v => rules([{ when: v.amount.gt(8), score: 1 }], 0.5),
})
const activity = model('activity', {
  decide: every('20s', card, { live: '1m' }),
  inputs: p => ({ n: now.of(p.card).n }),
  score: v => rules([{ when: v.n.gt(3), score: 0.9 }], 0.1),
})

/**
 * Decision batches of an imported history: several models in each turn, whose decisions have times of their own, and times with the decisions
 * of several turns.
 */
export async function importedBatches(events = 1200, atOnce = 12): Promise<StoredDecisionBatch[]> {
  let seed = 7
  const draw = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  let at = start
  const rows = Array.from({ length: events }, (_, i) => {
    if (i % 60 > 30) at += 1000 * draw(3)
    return {
      source: draw(3) === 0 ? 'refunds' : 'payments',
      row: { card: 'abcde'[draw(5)], amount: draw(10), at: new Date(at).toISOString() },
    }
  })
  const folder = scratchFolder('imported-batches')
  const files = ['payments', 'refunds'].map(name => {
    const path = join(folder, `${name}.ndjson`)
    const own = rows.filter(each => each.source === name).map(({ row }) => `${JSON.stringify(row)}\n`)
    writeFileSync(path, own.join(''))
    return { source: name, path }
  })
  const store = new ModelStore(undefined, true)
  await importHistories(pipeline('shop', [fraud, abuse, review, activity]), { store, files, atOnce, clock: () => start })
  return [...store.decisions]
}
