import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { sales, Shop } from '../../../test/cli/shop.ts'
import { tampered } from '../../../test/reconcile/tampered.ts'
import type { StoredDecisionBatch } from '../../log/store.ts'
import { withFolderReader, openDataFolder } from '../../log/sqlite/data-folder.ts'
import { ReconcileScheduler } from '../../reconcile/reconcile-scheduler.ts'
import { reconcile } from '../../reconcile/reconcile.ts'
import type { ComparisonBasis, ReconcileReport } from '../../reconcile/reconcile-report.ts'
import { importPipeline } from '../command/pipeline-file.ts'

let shop: Shop
before(async () => {
  shop = await Shop.ran()
})
after(() => shop[Symbol.dispose]())

const reconciled = async (...args: readonly string[]) =>
  (await calledJson<ReconcileReport>('reconcile', shop.pipeline, '--data', shop.data, ...args))[0]

/** For each input of a model with mismatches: their number and reasons. */
const apartOf = ({ inputs }: ReconcileReport, basis: ComparisonBasis) =>
  inputs.flatMap(input => (Object.keys(input[basis].reasons).length > 0 ? [[`${input.model} ${input.input}`, input[basis].reasons]] : []))

test('recorded values match SQL, and later events explain the differences today', async () => {
  const report = await reconciled()
  assert.deepEqual([report.decisions, report.forgotten, report.otherModels, report.sound], [4, 0, {}, true])
  assert.deepEqual(apartOf(report, 'recorded'), [])
  // The first sale of a preceded its second, and the first sale at till 2 preceded the sale of b.
  // A lag of an hour hides sales that had arrived; the first sale of a has both causes.
  assert.deepEqual(apartOf(report, 'corrected'), [
    ['risk card.n', { late: 1 }],
    ['risk card.spent', { late: 1 }],
    ['risk older.n', { late: 1, 'stale batch': 3 }],
    ['risk till', { late: 1 }],
  ])
  const [{ model, input, entry, key, recorded, other, causes }] = report.examples
  assert.deepEqual([model, input, entry, key, recorded, other], ['risk', 'card.n', 0, 'a', 1, 2])
  const [{ newest, ...cause }] = causes
  assert.deepEqual([cause, newest?.source, newest?.offset], [{ reason: 'late', events: 1, effect: 1 }, 'sales', 1])
  // The score is the count of the card.
  const [risk] = report.today
  assert.deepEqual([risk.model, risk.decisions, risk.examples[0].recorded, risk.examples[0].today], ['risk', 1, 1, 2])
})

test('text output: both tables, examples, and a verdict', async () => {
  const { status, out } = await called('reconcile', shop.pipeline, '--data', shop.data)
  assert.equal(status, 0)
  assert.match(out, /^4 decisions computed again in SQL, from a log of 4 entries$/m)
  assert.match(out, /^risk card\.n +3 +3 +0 +0 +0 +0\.0000( +–){4}$/m)
  assert.match(out, /^risk card\.n +3 +2 +0 +0 +1 +0\.2222 +1 +1 +1 +1$/m)
  assert.match(out, /^why: late 4, stale batch 3$/m)
  assert.match(out, /^ {2}late: risk card\.n of a at \S+Z \(entry 0\): 1 recorded, 2 today$/m)
  assert.match(out, /^ {4}late, by 1: 1 event of 'sales', partition 0 offset 1 of 2026-01-01T00:00:00\.000Z, arrived \S+Z$/m)
  assert.match(out, /^1 decision of risk would have a different score today$/m)
  assert.match(out, /^ {2}a at \S+Z \(entry 0\): score 1 recorded, 2 today$/m)
  assert.match(out, /^Sound: /m)
})

test('selects by model, number and time; works while a run holds the folder', async () => {
  const folder = await openDataFolder(shop.data)
  assert.equal((await reconciled('--model', 'seen')).decisions, 1)
  assert.equal((await reconciled('--limit', '2')).decisions, 3)
  assert.equal((await reconciled('--since', '2200-01-01T00:00Z')).decisions, 0)
  assert.equal((await reconciled('--since', '2026-01-01T00:00Z')).decisions, 4)
  await folder.store.close()
  folder.release()
})

test('a value of different definitions is a mismatch of the code version, with exit code 1', async () => {
  const text = readFileSync(shop.pipeline, 'utf8').replace(`s.price.sum('lifetime')`, `s.price.max('lifetime')`)
  const changed = shop.write('changed.ts', text)
  const { status, out } = await called('reconcile', changed, '--data', shop.data, '--json')
  const report = JSON.parse(out) as ReconcileReport
  assert.deepEqual([status, report.sound], [1, false])
  assert.deepEqual(apartOf(report, 'recorded'), [['risk card.spent', { 'code version': 1 }]])
  assert.match(
    (await called('reconcile', changed, '--data', shop.data)).out,
    /^NOT SOUND by this file: .*Reconcile with the file as it was then/m,
  )
})

test('unrecorded inputs and decisions of removed models are counted', async () => {
  const text = readFileSync(shop.pipeline, 'utf8')
    .replace('price: s.price,', 'price: s.price, count: s.till,')
    .replace('[risk, seen]', '[risk]')
  const report = JSON.parse((await called('reconcile', shop.write('grown.ts', text), '--data', shop.data, '--json')).out) as ReconcileReport
  assert.deepEqual([report.decisions, report.otherModels, report.sound], [3, { seen: 1 }, true])
  assert.equal(report.inputs.find(({ input }) => input === 'count')?.unrecorded, 3)
})

test('a repaired dead letter is a cause; a waiting one is mentioned', async () => {
  using other = await Shop.ran(sales)
  const data = ['--data', other.data]
  const waiting = (await calledJson<ReconcileReport>('reconcile', other.pipeline, ...data))[0]
  // A sale of b at till 1 with an invalid price.
  assert.equal(waiting.inputs.find(({ input }) => input === 'card.n')?.waiting, 1)
  const letters = await calledJson<{ id: number; raw: string }>('dlq', 'list', ...data)
  const id = String(letters.find(({ raw }) => raw.includes('much'))!.id)
  assert.equal((await called('dlq', 'edit', id, '--set', 'price=9.00', ...data)).status, 0)
  assert.equal((await called('dlq', other.pipeline, 'replay', id, ...data)).status, 0)
  const mended = (await calledJson<ReconcileReport>('reconcile', other.pipeline, ...data))[0]
  assert.deepEqual(mended.inputs.find(({ input }) => input === 'card.n')?.corrected.reasons, { late: 1, 'dead letter': 1 })
})

test('a damaged value is unexplained', async () => {
  using other = await Shop.ran()
  const { ir } = await importPipeline(other.pipeline)
  const db = new DatabaseSync(join(other.data, 'log.db'))
  const row = db
    .prepare(`SELECT id, model, first, last, count, bytes FROM decisions WHERE model = 'risk' AND first <= 1 AND last >= 1`)
    .get()
  const { id, ...stretch } = row as unknown as StoredDecisionBatch & { id: number }
  const { bytes } = tampered(ir, stretch, { entry: 1, input: 'card.n' })
  db.prepare('UPDATE decisions SET bytes = ? WHERE id = ?').run(bytes, id)
  db.close()
  const { status, out } = await called('reconcile', other.pipeline, '--data', other.data)
  assert.equal(status, 1)
  assert.match(out, /^ {2}unexplained: risk card\.n of a at \S+Z \(entry 1\): 5 recorded, 2 by SQL$/m)
  assert.match(out, /^NOT SOUND: /m)
})

for (const [args, message] of [
  [[], /^name the pipeline file$/m],
  [['a.ts', 'b.ts'], /^expected one pipeline file, but also got b\.ts$/m],
  [['a.ts', '--limit', 'all'], /^--limit all is not a whole number from 0$/m],
  [['a.ts', '--yes'], /^--yes needs --repair$/m],
  [['a.ts', '--repair', '--limit', '3'], /^--repair covers all decisions/m],
  [['a.ts', '--last', '3'], /^--last is for reconcile list$/m],
  [['list', '--repair'], /^--repair is an option of spillway reconcile PIPELINE$/m],
  [['list', '4'], /^reconcile list takes no arguments; to show one: reconcile show 4$/m],
  [['list', '--last', 'few'], /^--last few is not a whole number from 1$/m],
  [['show'], /^name the number of one reconciliation: reconcile show 12$/m],
  [['a.ts', '--since', 'yesterday'], /^--since yesterday is not a time/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, err } = await called('reconcile', ...args)
    assert.equal(status, 2)
    assert.match(err, message)
  })

test('lists and shows the reconciliations of a run', async () => {
  using other = await Shop.ran()
  const data = ['--data', other.data]
  assert.equal((await called('reconcile', 'list', ...data)).out, 'No reconciliations: run --reconcile makes them.')
  const none = await called('reconcile', 'show', '1', ...data)
  assert.match(none.err, /^SPILL_NOT_FOUND: there is no reconciliation 1; spillway reconcile list lists them$/m)

  const { ir, fingerprint } = await importPipeline(other.pipeline)
  const folder = await openDataFolder(other.data)
  const reports: string[] = []
  let clock = 0
  const reconciling = new ReconcileScheduler({
    pipeline: { ir, fingerprint },
    store: folder.store,
    schedule: { kind: 'interval', every: 1000, phase: 0 },
    clock: () => clock,
    compute: async ({ pipeline, from }) => withFolderReader(other.data, reader => reconcile(pipeline, reader, { from })),
    onReport: text => void reports.push(text),
  })
  clock = 2000
  reconciling.tick()
  await reconciling.idle()
  await folder.store.close()
  folder.release()
  assert.deepEqual(reports, [])
  const line = '1  [done, began 1970-01-01T00:00:02.000Z, 0.0 s]  4 decisions, 19 values; today: late 4, stale batch 3'
  assert.equal((await called('reconcile', 'list', ...data)).out, `${line}\n1 reconciliation of 1.`)
  const shown = await called('reconcile', 'show', '1', ...data)
  assert.ok(shown.out.startsWith(`${line}\n\n4 decisions computed again in SQL`), shown.out)
  const [record] = await calledJson<{ number: number; report: ReconcileReport }>('reconcile', 'show', '1', ...data)
  assert.deepEqual([record.number, record.report.sound], [1, true])
})

test('an unknown model is an error with the nearest name', async () => {
  const { status, err } = await called('reconcile', shop.pipeline, '--data', shop.data, '--model', 'rsik')
  assert.equal(status, 1)
  assert.match(err, /^SPILL_NOT_FOUND: pipeline 'shop' has no model 'rsik'; did you mean 'risk'\?$/m)
})
