/** Pages of a search: every matching decision is on exactly one of them, in order, wherever a search ends early. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { assert as check, asyncProperty, constantFrom, integer, option, record } from 'fast-check'
import { BatchLog, importedBatches, searchPages } from '../../../test/serve/batch-log.ts'
import type { StoredDecisionBatch } from '../../log/store.ts'
import { type RecordedDecision, recordedDecisions } from '../../run/decide/recorded-decision.ts'
import type { NewestDecisionsQuery } from '../../run/history/newest-decisions.ts'
import { DecisionSearch } from './decision-search.ts'
import { endOfBatches, startOfBatches } from './decision-time.ts'

const batches = await importedBatches()
const decisionsIn = (stored: readonly StoredDecisionBatch[]): RecordedDecision[] =>
  stored.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
const all = decisionsIn(batches)
const times = [...new Set(all.map(({ t }) => t))].sort((a, b) => a - b)

function logOf(stored: readonly StoredDecisionBatch[], number = 1): BatchLog {
  const log = new BatchLog()
  stored.forEach((batch, i) => log.all.push({ ...batch, number: number + i }))
  return log
}

/** The decisions of a query, by a filter over all of them. */
const matching = (
  decisions: readonly RecordedDecision[],
  { model, key, since = -Infinity, until = Infinity, min }: Partial<NewestDecisionsQuery>,
) =>
  decisions.filter(
    decision =>
      (model ?? decision.model) === decision.model &&
      (key ?? decision.key) === decision.key &&
      since <= decision.t &&
      decision.t <= until &&
      (min === undefined || decision.score! >= min),
  )

const timesAround = [-1, 0, 1].flatMap(ms => times.map(t => t + ms))
const queries = record({
  model: option(constantFrom('fraud', 'abuse', 'review', 'activity', 'none'), { nil: undefined }),
  key: option(constantFrom('a', 'c', 'none'), { nil: undefined }),
  since: option(constantFrom(...timesAround), { nil: undefined }),
  until: option(constantFrom(...timesAround), { nil: undefined }),
  min: option(constantFrom(0.5, 0.9, 1), { nil: undefined }),
  last: integer({ min: 1, max: 40 }),
  maxScanned: integer({ min: 1, max: 300 }),
})

test('the pages of a search have each matching decision once, in order, whatever is recorded meanwhile', async () => {
  const log = record({
    from: integer({ min: 0, max: batches.length - 1 }),
    length: integer({ min: 0, max: batches.length }),
    forgotten: integer({ min: 0, max: 100 }),
    indexed: constantFrom(20, 200, 1e6),
  })
  await check(
    asyncProperty(log, queries, async ({ from, length, forgotten, indexed }, query) => {
      const stored = batches.slice(from, from + length)
      const later = batches.slice(from + length)
      const growing = logOf(stored, 1 + forgotten)
      const pages = await searchPages(new DecisionSearch(growing, indexed), query, () => {
        if (later.length > 0) growing.add(later.shift()!)
      })
      assert.deepEqual(
        pages.toReversed().flatMap(({ decisions }) => decisions),
        matching(decisionsIn(stored), query),
      )
      for (const { decisions, next, lookedAt, lookedTo } of pages) {
        assert.ok(decisions.length <= query.last)
        if (decisions.length < query.last) assert.equal(next === undefined, lookedAt === undefined, 'a short page goes on, or is the last')
        if (lookedTo !== undefined)
          assert.ok((query.since ?? 0) <= lookedTo && lookedTo <= (query.until ?? Infinity), 'it looked within the times')
      }
    }),
    { numRuns: 400 },
  )
})

test('a search that scans few decisions finds those up to a time, although later ones are many', async () => {
  const until = times[20]
  for (const key of [undefined, 'a']) {
    const query = { model: undefined, key, until, last: 5, maxScanned: 30 }
    const page = await new DecisionSearch(logOf(batches)).newest(query)
    assert.deepEqual(page.decisions, matching(all, query).slice(-5))
    const none = await new DecisionSearch(logOf(batches)).newest({ ...query, min: 2 })
    assert.deepEqual(none.decisions, [])
    assert.ok(none.lookedAt! >= 30 && none.lookedTo! <= until)
  }
})

test('a search for a key and a score that ends early goes on from the next page', async () => {
  const query = { model: undefined, key: 'c', min: 2, last: 5, maxScanned: 100 }
  const pages = await searchPages(new DecisionSearch(logOf(batches)), query)
  assert.ok(pages.length > 5)
  const lookedTo = pages.slice(0, -1).map(page => page.lookedTo!)
  assert.deepEqual(
    lookedTo,
    lookedTo.toSorted((a, b) => b - a),
    'each page looks further back',
  )
})

test('a search from a time on that has found all decisions is complete', async () => {
  const since = times.at(-30)!
  for (const key of [undefined, 'a']) {
    const query = { model: undefined, key, since, last: 1000 }
    const decisions = matching(all, query)
    const maxScanned = matching(all, { since }).length + 1
    assert.deepEqual(await new DecisionSearch(logOf(batches)).newest({ ...query, maxScanned }), { decisions })
  }
})

test('pages advance through decisions of one time, of which there are more than a search scans', async () => {
  const ofOneTime = batches.filter(({ bytes }) => decisionsIn([{ bytes } as StoredDecisionBatch]).every(({ t }) => t === times[0]))
  assert.ok(ofOneTime.length >= 5)
  for (const key of [undefined, 'a'])
    for (const last of [3, 1000]) {
      const query = { model: undefined, key, last, maxScanned: 10 }
      const pages = await searchPages(new DecisionSearch(logOf(ofOneTime)), query)
      assert.deepEqual(
        pages.toReversed().flatMap(({ decisions }) => decisions),
        matching(decisionsIn(ofOneTime), query),
      )
    }
})

test('a key is found beyond the index too, from the next page on', async () => {
  const search = new DecisionSearch(logOf(batches), 60)
  const [first, ...others] = await searchPages(search, { model: undefined, key: 'a', last: 1000, maxScanned: 1000 })
  assert.ok(first.lookedAt! > 0 && first.lookedAt! <= 60)
  assert.ok(first.decisions.length > 0 && others.some(({ decisions }) => decisions.length > 0))
})

test('the index stays as it is during a search, although it is extended ahead of searches', async () => {
  const log = logOf(batches.slice(0, 200))
  const later = batches.slice(200)
  const search = new DecisionSearch(log, 200)
  assert.ok(search.indexFor(10_000))
  const { last } = log.decisionNumbers()
  const decisionsAfter = log.decisionsAfter.bind(log)
  mock.method(log, 'decisionsAfter', (number: number) => {
    if (number < last - 20) {
      for (const batch of later.splice(0)) log.add(batch)
      search.indexFor(10_000)
    }
    return decisionsAfter(number)
  })
  const query = { model: undefined, key: 'a', last: 1000 }
  const pages = await searchPages(search, query)
  assert.deepEqual(
    pages.toReversed().flatMap(({ decisions }) => decisions),
    matching(decisionsIn(batches.slice(0, 200)), query),
  )
})

test('batches of times exclude all but those of one turn', () => {
  const log = logOf(batches)
  const spans = log.all.map(({ number, bytes }) => {
    const own = decisionsIn([{ bytes } as StoredDecisionBatch]).map(({ t }) => t)
    return { number, first: own[0], last: own.at(-1)! }
  })
  for (const time of timesAround) {
    const inside = spans.filter(({ first }) => first <= time).map(({ number }) => number)
    const end = endOfBatches(log, time)
    assert.ok(end > (inside.at(-1) ?? 0) && end - (inside.at(-1) ?? 0) <= 3, `until ${time}`)
    const from = spans.find(({ last }) => last >= time)?.number ?? log.all.length + 1
    const start = startOfBatches(log, time)
    assert.ok(start <= from && from - start <= 3, `since ${time}: ${start} for ${from}`)
  }
})
