import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { tampered } from '../../../test/reconcile/tampered.ts'
import type { StoredDecisionBatch } from '../../log/store.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import { importPipeline } from '../command/pipeline-file.ts'

/** Overwrites the card count in the first decision of entry 1. */
async function damage({ pipeline, data }: Shop): Promise<void> {
  const { ir } = await importPipeline(pipeline)
  const db = new DatabaseSync(join(data, 'log.db'))
  const row = db
    .prepare(`SELECT id, model, first, last, count, bytes FROM decisions WHERE model = 'risk' AND first <= 1 AND last >= 1`)
    .get()
  const { id, ...stretch } = row as unknown as StoredDecisionBatch & { id: number }
  db.prepare('UPDATE decisions SET bytes = ? WHERE id = ?').run(tampered(ir, stretch, { entry: 1, input: 'card.n' }).bytes, id)
  db.close()
}

const auditOf = ({ data }: Shop): Record<string, unknown>[] =>
  readFileSync(join(data, 'audit.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

test('a repair prints its plan; the audit log records it, and a second repair has nothing to do', async () => {
  using shop = await Shop.ran()
  await damage(shop)
  const args = ['reconcile', shop.pipeline, '--data', shop.data] as const
  const plan = await called(...args, '--repair')
  assert.equal(plan.status, 1)
  assert.match(plan.out, /^to be repaired\n {2}1 unexplained value: noted as unexplained; the recorded value stays$/m)
  assert.match(plan.out, /^ {2}state of by_card: rebuilt from the log$/m)
  assert.match(plan.out, /^ {2}3 dead letters: replayed once; those that are rejected again wait for spillway dlq edit$/m)
  assert.match(plan.out, /^left as it is\n {2}4 values: late: the decisions were right as of their time$/m)
  // Without --yes nothing changes.
  assert.equal((await called(...args)).status, 1)

  const { status, out } = await called(...args, '--repair', '--yes')
  assert.match(out, /^repaired\n {2}0 dead letters accepted, 3 rejected again\n {2}compared again: sound$/m)
  assert.equal(status, 0)
  const { at: _at, operator, ...line } = auditOf(shop).at(-1)!
  assert.match(String(operator), /^cli:/)
  assert.deepEqual(line, {
    command: 'reconcile repair',
    target: 'all',
    outcome: 'done',
    detail: '1 values and 0 inputs of other versions noted; state rebuilt: by_card; 0 of 3 dead letters accepted; runs made: none',
  })
  const again = await called(...args)
  assert.equal(again.status, 0)
  assert.match(again.out, /^1 value not compared: a repair has noted their mismatch$/m)
  // Dead letters that are rejected again stay for an operator to edit.
  const nothing = await called(...args, '--repair')
  assert.equal(nothing.status, 0)
  assert.match(nothing.out, /^Nothing to repair\.\n\nleft as it is\n {2}4 values: late/)
  assert.match(nothing.out, /^ {2}3 dead letters: rejected when replayed, or of a source/m)
  const decisions = await called('decisions', '--data', shop.data, '--entry', '1', '--json')
  assert.match(decisions.out, /"n":5/)
})

test('values of a different version are noted by version, and edited dead letters are accepted', async () => {
  using shop = await Shop.ran()
  const text = readFileSync(shop.pipeline, 'utf8').replace(`s.price.sum('lifetime')`, `s.price.max('lifetime')`)
  const changed = shop.write('changed.ts', text)
  const args = ['reconcile', changed, '--data', shop.data, '--repair'] as const
  const plan = await called(...args)
  assert.match(plan.out, /^ {2}risk card\.spent, as version [0-9a-f]{8} of the pipeline made it: noted$/m)
  const letters = await calledJson<{ id: number; raw: string }>('dlq', 'list', '--data', shop.data)
  const mended = letters.find(({ raw }) => raw.includes('much'))!
  for (const { id } of letters) if (id !== mended.id) await called('dlq', 'drop', String(id), '--why', 'no use', '--data', shop.data)
  assert.equal((await called('dlq', 'edit', String(mended.id), '--set', 'price=9.00', '--data', shop.data)).status, 0)
  const { status, out } = await called(...args, '--yes')
  assert.equal(status, 0, out)
  assert.match(out, /^ {2}1 dead letter accepted, 0 rejected again$/m)
  assert.match((await called(...args)).out, /^Nothing to repair\.$/m)
})

test('a folder that a run holds gets a plan but no repair', async () => {
  using shop = await Shop.ran()
  await damage(shop)
  const folder = await openDataFolder(shop.data)
  const args = ['reconcile', shop.pipeline, '--data', shop.data, '--repair'] as const
  assert.match((await called(...args)).out, /^to be repaired$/m)
  const { status, err } = await called(...args, '--yes')
  assert.equal(status, 1)
  assert.match(err, /SPILL_BUSY: .*recorded decisions can change only while no run holds the folder: stop the run first/)
  await folder.store.close()
  folder.release()
})

test('a missing batch run is made', async () => {
  using shop = new Shop()
  const pipeline = shop.write(
    'usual.ts',
    readFileSync(shop.pipeline, 'utf8')
      .replace(
        "features('older', { from: sales, entity: card, place: lag('1h')",
        "features('older', { from: sales, entity: card, place: batch('0 2 * * *', { lasts: '0ms' })",
      )
      .replace('features, lag,', 'batch, features,'),
  )
  const file = shop.write('sales.ndjson', '{"id":"1","card":"a","till":1,"price":"1.00","abroad":true,"at":"2026-01-01T00:00Z"}\n')
  // Commands that hold a folder only briefly, such as dlq replay, make no batch runs.
  assert.equal((await called('run', pipeline, '--source', `sales=${file}`, '--once', '--data', shop.data)).status, 0)
  const db = new DatabaseSync(join(shop.data, 'log.db'))
  db.exec(`DELETE FROM value WHERE name LIKE 'run/%'`)
  db.close()
  const args = ['reconcile', pipeline, '--data', shop.data, '--repair'] as const
  assert.match(
    (await called(...args)).out,
    /^ {2}batch run of older: made now, since there is none and one was due at \S+T02:00:00\.000Z$/m,
  )
  const { status, out } = await called(...args, '--yes')
  assert.equal(status, 0, out)
  assert.match(out, /^ {2}batch run 1 made$/m)
  assert.match((await called('runs', '--data', shop.data)).out, /^1 {2}older/m)
  assert.match((await called(...args)).out, /^Nothing to repair\.$/m)
})
