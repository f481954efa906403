/** `spillway plan` before the first run: a CI job usually starts without a data folder. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import type { PipelinePlan } from '../../operate/plan.ts'

test('without a data folder, or with an empty one, the plan is a first start, and nothing is written', async () => {
  using shop = new Shop()
  for (const folder of [join(shop.folder, 'nothing'), join(shop.folder, 'empty')]) {
    if (folder.endsWith('empty')) mkdirSync(folder)
    const { status, out, err } = await called('plan', shop.pipeline, '--data', folder)
    assert.equal(status, 0, err)
    assert.match(out, /^no pipeline has run here yet: \S+ has no log\. Starting 'shop' creates it/)
    const [plan] = await calledJson<PipelinePlan>('plan', shop.pipeline, '--data', folder)
    assert.deepEqual([plan.before, plan.changes, plan.entries, plan.entriesToReplay], [undefined, [], 0, 0])
    assert.match(plan.fingerprint, /^[0-9a-f]{8,}$/)
  }
  assert.equal(existsSync(join(shop.folder, 'nothing')), false)
})

test('a missing log, and a file in place of the folder, are errors as for a start', async () => {
  using shop = await Shop.ran()
  for (const name of ['log.db', 'log.db-wal', 'log.db-shm']) rmSync(join(shop.data, name), { force: true })
  const lost = await called('plan', shop.pipeline, '--data', shop.data)
  assert.equal(lost.status, 1)
  assert.match(lost.err, /SPILL_STORE/)
  writeFileSync(join(shop.folder, 'file'), '')
  assert.match((await called('plan', shop.pipeline, '--data', join(shop.folder, 'file'))).err, /SPILL_STORE/)
})
