/** Times and entries are found in the decisions of a run as a scan finds them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
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
      assert.deepEqual(await search.newest({ model, key, until, last: 7 }), { decisions: matches.slice(-7) }, `${until} ${model} ${key}`)
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
