/** OpenLineage events of commands, by the settings of a project. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { called } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { violationsOf } from '../../../test/openlineage/catalog.ts'
import type { RunEvent } from '../../openlineage/run-event.ts'

let shop: Shop
before(async () => {
  shop = await Shop.ran()
  writeFileSync(join(shop.folder, 'spillway.config.mjs'), "export default { openlineage: { file: 'lineage.ndjson', namespace: 'test' } }")
})
after(() => shop[Symbol.dispose]())

/** The events that a command sent, each valid. */
async function eventsOf(...args: readonly string[]): Promise<{ readonly status: number; readonly events: readonly string[] }> {
  const file = join(shop.folder, 'lineage.ndjson')
  writeFileSync(file, '')
  const { status, err } = await called(args[0], shop.pipeline, ...args.slice(1), '--config', join(shop.folder, 'spillway.config.mjs'))
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as RunEvent)
  for (const event of events) assert.deepEqual(violationsOf(event), [], err)
  return { status, events: events.map(({ eventType, job }) => `${eventType} ${job.name}`) }
}

test('a reconciliation begins and ends', async () => {
  assert.deepEqual(await eventsOf('reconcile', '--data', shop.data), {
    status: 0,
    events: ['START shop.reconciliation', 'COMPLETE shop.reconciliation'],
  })
})

test('a backfill begins and ends, and fails with its error', async () => {
  const out = join(shop.folder, 'offline')
  assert.deepEqual(await eventsOf('backfill', '--data', shop.data, '--out', out, '--yes'), {
    status: 0,
    events: ['START shop.backfill', 'COMPLETE shop.backfill'],
  })
  assert.deepEqual(await eventsOf('backfill', '--data', join(shop.folder, 'none'), '--out', out, '--yes'), {
    status: 1,
    events: ['START shop.backfill', 'FAIL shop.backfill'],
  })
  assert.deepEqual((await eventsOf('backfill', '--data', shop.data, '--out', out, '--dry-run')).events, [])
})

test('a wrong setting is an error with its place', async () => {
  const config = join(shop.folder, 'wrong.config.mjs')
  writeFileSync(config, "export default { openlineage: { url: 'http://a', file: 'b' } }")
  const { status, err } = await called('reconcile', shop.pipeline, '--data', shop.data, '--config', config)
  assert.equal(status, 1)
  assert.match(err, /SPILL_DEFINITION: .*openlineage has url and file; events go to one of them/)
})
