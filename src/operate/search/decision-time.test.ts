/** Times and entries are found in the decisions of a run as a scan finds them. */
import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { searchPages } from '../../../test/serve/batch-log.ts'
import { open, pay, posted, start } from '../../../test/serve/shop.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { newestDecisions } from '../../run/history/newest-decisions.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'
import { DecisionSearch } from './decision-search.ts'
import { decisionsAround } from './decision-time.ts'

let shop: Awaited<ReturnType<typeof open>>
let log: SqliteReader
let all: RecordedDecision[]
before(async () => {
  let clock = start
  shop = await open({ runClock: () => clock })
  for (let turn = 0; turn < 90; turn++) {
    clock += 1000
    await posted(shop.app, '/sources/payments/events', [pay(2 * turn), pay(2 * turn + 1, 'd')])
    if (turn % 3 === 0) await posted(shop.app, '/models/check/decide', { card: 'c', amount: 1 })
  }
  log = readDataFolder(shop.data)
  all = (await newestDecisions(log, { model: undefined, key: undefined, last: 1e6 })).decisions
})
after(async () => {
  log.close()
  await shop.close()
})

test('a search up to a time finds the newest decisions up to it, by model and key too', async () => {
  const search = new DecisionSearch(log)
  const times = [...new Set(all.map(({ t }) => t))]
  assert.ok(times.length >= 90)
  for (const until of [times[0] - 1, times[0], times[5] - 1, times[40], times[41] + 1, times.at(-1)! + 1])
    for (const [model, key] of [
      [undefined, undefined],
      ['fraud', undefined],
      ['check', 'c'],
      [undefined, 'd'],
    ] as const) {
      const matches = all.filter(
        decision => decision.t <= until && (model ?? decision.model) === decision.model && (key ?? decision.key) === decision.key,
      )
      const { decisions, next } = await search.newest({ model, key, until, last: 7 })
      assert.deepEqual(decisions, matches.slice(-7), `${until} ${model} ${key}`)
      assert.equal(next !== undefined, matches.length > 7)
    }
})

test('a search from a time on, and of a score, finds the newest of these decisions, by model and key too', async () => {
  const search = new DecisionSearch(log)
  const { t: first } = all[0]
  const { t: last } = all.at(-1)!
  for (const [since, until] of [
    [first - 1, undefined],
    [first, first],
    [first + 40_000, undefined],
    [first + 40_001, first + 43_000],
    [last, undefined],
    [last + 1, undefined],
  ])
    for (const key of [undefined, 'd'])
      for (const min of [undefined, 0.1, 0.5]) {
        const matches = all.filter(
          decision =>
            decision.t >= since! &&
            decision.t <= (until ?? Infinity) &&
            (key ?? decision.key) === decision.key &&
            decision.score! >= (min ?? 0),
        )
        const query = { model: undefined, key, since, until, min, last: 500 }
        assert.deepEqual(await search.newest(query), { decisions: matches }, JSON.stringify(query))
      }
})

test('a search from a time on reads no batches before it', async () => {
  const newestOnes = mock.method(log, 'newestDecisions')
  await new DecisionSearch(log).newest({ model: undefined, key: undefined, since: all.at(-1)!.t, last: 500 })
  const [, , from] = newestOnes.mock.calls[0].arguments
  assert.ok(from! > log.decisionNumbers().first, `from batch ${from}`)
  newestOnes.mock.restore()
})

test('a search that scans few decisions finds those of early times, and says how far back it looked', async () => {
  const search = new DecisionSearch(log)
  const [{ t: first }] = all
  for (const key of [undefined, 'd']) {
    const query = { model: undefined, key, last: 500, maxScanned: 20 }
    const { decisions, lookedTo } = await search.newest({ ...query, until: first + 10_000, min: 2 })
    assert.deepEqual(decisions, [])
    assert.ok(lookedTo! <= first + 10_000, `${lookedTo! - first}`)
    const since = { ...query, since: first + 5000, until: first + 10_000, maxScanned: 100 }
    const matches = all.filter(({ t, key: of }) => since.since <= t && t <= since.until && (key ?? of) === of)
    assert.deepEqual(await search.newest(since), { decisions: matches })
    const pages = await searchPages(search, { ...query, until: first + 60_000, last: 3 })
    assert.deepEqual(
      pages.toReversed().flatMap(page => page.decisions),
      all.filter(({ t, key: of }) => t <= first + 60_000 && (key ?? of) === of),
    )
  }
})

test('entries with decisions beside an entry are found, of a model too', () => {
  const entries = all.filter(({ model }) => model === 'check').map(({ entry }) => entry)
  for (const entry of [0, entries[0], entries[7] + 1, entries[9], entries.at(-1)!, entries.at(-1)! + 1000]) {
    const [earlier, later] = [entries.findLast(other => other < entry), entries.find(other => other > entry)]
    assert.deepEqual(decisionsAround(log, entry, 'check'), {
      ...(earlier !== undefined && { before: earlier }),
      ...(later !== undefined && { after: later }),
    })
  }
  assert.deepEqual(decisionsAround(log, all[10].entry, 'none'), {})
})
