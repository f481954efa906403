import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'
import { SqliteReader } from '../../log/sqlite/reader.ts'
import { sqlite } from '../../log/sqlite/sqlite.ts'
import { damagedDecisions, DecisionCheck } from './decision-check.ts'

test('each recorded batch is checked, some at a time, and the check reports the same damage as inspect', async () => {
  const shop = await open()
  for (let i = 0; i < 6; i++) await posted(shop.app, '/sources/payments/events', [pay(i)])
  const db = new sqlite.DatabaseSync(join(shop.data, 'log.db'))
  db.exec("UPDATE decisions SET bytes = CAST(bytes || x'00' AS BLOB) WHERE first IN (1, 4)")
  db.close()
  const reader = new SqliteReader(join(shop.data, 'log.db'))
  const reports: string[] = []
  let time = 0
  const check = new DecisionCheck({
    batches: reader.newestDecisions(),
    onReport: report => reports.push(report),
    clock: () => (time += limits.DECISION_CHECK_MS / 2),
  })
  let steps = 1
  while (check.step()) steps++
  assert.deepEqual([steps, check.step()], [4, false])
  const damage = [...damagedDecisions(reader.newestDecisions())]
  assert.deepEqual(
    damage.map(({ entries }) => entries),
    [
      [4, 4],
      [1, 1],
    ],
  )
  assert.deepEqual(
    reports.map(report => report.replace(/ is damaged.*/, '')),
    ["damaged: a batch of decisions of 'fraud' (entries 4 to 4)", "damaged: a batch of decisions of 'fraud' (entries 1 to 1)"],
  )
  reader.close()
  await shop.close()
})
