import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { auditOf, done } from '../../../test/cli/audit-lines.ts'
import { called, calledJson } from '../../../test/cli/called.ts'
import { sales, Shop } from '../../../test/cli/shop.ts'
import { limits } from '../../base/limits.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'

interface Letter {
  readonly id: number
  readonly source: string
  readonly reason: string
  readonly detail: string
  readonly place: string
  readonly attempts: number
  readonly raw?: string
  readonly rawBase64?: string
  readonly original?: string
  readonly originalBase64?: string
  readonly outcome?: string
  readonly why?: string
}

let shop: Shop
const opened = async () => {
  shop = await Shop.ran([...sales, Uint8Array.of(0x22, 0xff, 0x22)])
}
const closed = () => shop[Symbol.dispose]()

const dlq = (...args: readonly string[]) => called('dlq', ...args, '--data', shop.data)
const letters = (...args: readonly string[]) => calledJson<Letter>('dlq', 'list', ...args, '--data', shop.data)
const decisions = () => calledJson<RecordedDecision>('decisions', '--model', 'risk', '--data', shop.data)

describe('a folder that is read', () => {
  before(opened)
  after(closed)

  test('list and show: whole, by source and reason, bytes that are not text as base64', async () => {
    const all = await letters()
    // Undecodable records of a block are rejected before the others.
    assert.deepEqual(
      all.map(({ id, source, reason, place }) => [id, source, reason, place]),
      [
        [1, 'sales', 'schema', 'sales.ndjson:5'],
        [2, 'sales', 'schema', 'sales.ndjson:7'],
        [3, 'sales', 'schema', 'sales.ndjson:2'],
        [4, 'sales', 'key', 'sales.ndjson:4'],
      ],
    )
    assert.deepEqual([all[0].raw, all[1].rawBase64, all[2].raw], ['no json', Buffer.from([0x22, 0xff, 0x22]).toString('base64'), sales[1]])
    assert.deepEqual(
      (await letters('--reason', 'key')).map(({ id }) => id),
      [4],
    )
    assert.deepEqual((await letters('--source', 'visits')).length, 0)
    const { out } = await dlq('list')
    assert.match(out, /^3 {2}sales {2}sales\.ndjson:2 {2}\S+Z\n {2}schema: 'price' needs a decimal.*got 'much'\n {2}\{"id":"2",/m)
    assert.match(out, /^4 dead letters\.$/m)
    assert.match((await dlq('show', '2')).out, /^dead letter 2 {2}schema: not UTF-8$[^]*^base64 Iv8i$/m)
    assert.match((await dlq('list', '--settled')).out, /^No settled dead letter\.$/)
  })

  test('while a process that is no run holds the folder, dead letters can be read but not changed', async t => {
    const folder = await openDataFolder(shop.data)
    t.after(() => closeDataFolder(folder))
    assert.equal((await letters()).length, 4)
    for (const args of [
      ['edit', '3', '--set', 'card=b'],
      ['drop', '3', '--why', 'x'],
      [shop.pipeline, 'replay', '3'],
    ]) {
      const { status, err } = await dlq(...args)
      assert.equal(status, 1)
      const problem = 'which takes no changes \\(connect ENOENT .*\\): it starts or stops, or is no run; try again, or stop it'
      assert.match(err, new RegExp(`^SPILL_BUSY: .* is in use by process ${process.pid}, ${problem}$`))
    }
  })

  for (const [args, message] of [
    [['show', '99'], /^SPILL_NOT_FOUND: there is no dead letter 99; `spillway dlq list` lists them$/],
    [['edit', '1', '--set', 'a=b'], /^SPILL_INPUT: dead letter 1 is not a JSON object/],
    [['edit', '3', '--set', 'pirce=2.50'], /^SPILL_INPUT: source 'sales' has no column 'pirce'; did you mean 'price'\?$/],
    [['edit', '1', '--file', 'gone.json'], /^SPILL_FILE: gone\.json cannot be read: ENOENT/],
    [['edit', '--cause', 'none', '--set', 'a=b'], /^SPILL_NOT_FOUND: no dead letter has the cause 'none'; `spillway dlq causes` lists/],
    [['edit', '3', '--rename', 'prize=price'], /^SPILL_INPUT: dead letter 3 has no field 'prize' to rename$/],
    [['edit', '3', '--rename', 'price=prize'], /^SPILL_INPUT: source 'sales' has no column 'prize'; did you mean 'price'\?$/],
    [['causes', '--reason', 'shema'], /^SPILL_NOT_FOUND: there is no reason 'shema'; did you mean 'schema'\?$/],
    [['list', '--reason', 'shema'], /^SPILL_NOT_FOUND: there is no reason 'shema'; did you mean 'schema'\?$/],
  ] as const)
    test(`failure: ${message.source}`, async () => {
      const { status, out, err } = await dlq(...args)
      assert.deepEqual([status, out], [1, ''])
      assert.match(err, message)
    })

  test('a pipeline without the source of a dead letter, and a folder that does not exist', async () => {
    const other = shop.write(
      'other.ts',
      `import { entity, model, on, pipeline, rules, source, t } from '${join(import.meta.dirname, '../../index.ts')}'
const card = entity('card', t.string())
const sale = source('sale', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
export default pipeline('other', [model('m', { decide: on(sale), inputs: s => ({ card: s.card }), score: () => rules([], 0) })])
`,
    )
    const { err } = await dlq(other, 'replay', '3')
    assert.match(err, /^SPILL_INPUT: dead letter 3 has the source 'sales', which is not in pipeline 'other'; did you mean 'sale'\?$/)
    const nowhere = join(shop.folder, 'nowhere')
    const { status } = await called('dlq', 'drop', '1', '--why', 'x', '--data', nowhere)
    assert.equal(status, 1)
    assert.ok(!existsSync(nowhere), 'it is not created')
  })
})

describe('a folder that is changed', () => {
  beforeEach(opened)
  afterEach(closed)

  test('edit and replay: one event that arrives now, with a decision; the original bytes are kept', async () => {
    const edited = await dlq('edit', '3', '--set', 'price=2.50', '--set', 'till=9')
    assert.equal(edited.status, 0, edited.err)
    assert.match(edited.out, /"till":9,"price":"2\.50".*\n\nthe original record:\n.*"till":1,"price":"much"/)
    assert.ok(edited.out.endsWith(`\n\nspillway dlq PIPELINE replay 3 --data ${shop.data} replays it.`), edited.out)
    const named = await dlq(shop.pipeline, 'edit', '3', '--set', 'till=9')
    assert.ok(named.out.endsWith(`\n\nspillway dlq ${shop.pipeline} replay 3 --data ${shop.data} replays it.`), named.out)
    const replayed = await dlq(shop.pipeline, 'replay', '3')
    assert.deepEqual(
      [replayed.status, replayed.out],
      [0, 'dead letter 3: accepted\n1 dead letter replayed: 1 settled, 0 rejected again, 1 decision made.'],
    )
    const { key, id, entry, vector } = (await decisions()).at(-1)!
    assert.deepEqual([key, id, entry, vector['price']], ['b', '2', 4, 2.5])
    const [settled] = await letters('--settled')
    assert.deepEqual([settled.id, settled.outcome, settled.original], [3, 'accepted', sales[1]])
    assert.deepEqual(
      (await letters()).map(letter => letter.id),
      [1, 2, 4],
    )
    const again = await dlq(shop.pipeline, 'replay', '3')
    assert.deepEqual([again.status, again.err], [1, 'SPILL_PRECONDITION: dead letter 3 is settled (accepted) and cannot be changed'])
    assert.equal((await decisions()).length, 4)
  })

  test('a file replaces a dead letter that is not text; one rejected again stays, with exit code 1', async () => {
    const file = shop.write('mended.json', `${sales[0].replace('"id":"1"', '"id":"22"')}\n`)
    assert.equal((await dlq('edit', '2', '--file', file)).status, 0)
    const { status, out } = await dlq(shop.pipeline, 'replay', '--all', '--json')
    assert.equal(status, 1)
    const lines = out.split('\n').map(line => JSON.parse(line) as Letter)
    assert.deepEqual(
      lines.map(({ id, outcome, reason, attempts }) => [id, outcome, reason, attempts]),
      [
        [1, 'rejected', 'schema', 1],
        [2, 'accepted', undefined, undefined],
        [3, 'rejected', 'schema', 1],
        [4, 'rejected', 'key', 1],
      ],
    )
    const [settled] = await letters('--settled')
    assert.equal(settled.originalBase64, 'Iv8i')
    assert.match((await dlq('list')).out, /\(replayed once\)$/m)
  })

  test('the number of attempts is limited until the dead letter is edited', async () => {
    for (let i = 0; i < limits.DEAD_ATTEMPTS_MAX; i++) await dlq(shop.pipeline, 'replay', '4')
    const { status, err } = await dlq(shop.pipeline, 'replay', '4')
    assert.equal(status, 1)
    assert.match(err, /^SPILL_LIMIT: dead letter 4 was replayed 10 times and rejected \(DEAD_ATTEMPTS_MAX\); edit it, or drop it$/)
    const all = await dlq(shop.pipeline, 'replay', '--all')
    assert.match(
      all.out,
      /^3 dead letters replayed: .* 1 dead letter was left out \(4\): replayed 10 times before \(DEAD_ATTEMPTS_MAX\)\.$/m,
    )
    await dlq('edit', '4', '--set', 'card=d')
    assert.equal((await letters()).find(({ id }) => id === 4)!.attempts, 0)
  })

  test('dead letters without a source of the pipeline do not block the others', async () => {
    const folder = await openDataFolder(shop.data)
    const rest = { reason: 'schema', detail: 'not JSON', at: 1, sequence: 0 } as const
    const mended = sales[0].replace('"id":"1"', '"id":"33"')
    await folder.store.commit({
      deadLetters: [
        { ...rest, source: undefined, place: 'old.ndjson:1', raw: mended },
        { ...rest, source: 'sale', place: 'old.ndjson:2', raw: mended },
      ],
    })
    await closeDataFolder(folder)
    await dlq('edit', '3', '--set', 'price=2.50')
    const named = await dlq(shop.pipeline, 'replay', '3', '5')
    assert.deepEqual(
      [named.status, named.err],
      [1, 'SPILL_INPUT: dead letter 5 has no source, since an earlier version of Spillway did not store it; name one with --source NAME'],
    )
    const all = await dlq(shop.pipeline, 'replay', '--all')
    assert.equal(all.status, 1, 'letters 1, 2 and 4 are rejected again')
    assert.match(all.out, /^dead letter 3: accepted$/m)
    assert.match(
      all.out,
      / 1 dead letter was left out \(5\): no source, .*; name one with --source NAME\. 1 dead letter was left out \(6\): the source 'sale' is not in /,
    )
    const other = await dlq(shop.pipeline, 'replay', '3', '--source', 'sale')
    assert.match(other.err, /^SPILL_NOT_FOUND: pipeline 'shop' has no source 'sale'; did you mean 'sales'\?$/)
    const conflict = await dlq(shop.pipeline, 'replay', '4', '--source', 'visits')
    assert.match(conflict.err, /^SPILL_INPUT: dead letter 4 has the source 'sales', and --source is for dead letters without a source/)
    const sent = await dlq(shop.pipeline, 'replay', '--all', '--source', 'sales', '--json')
    const lines = sent.out.split('\n').map(line => JSON.parse(line) as Letter)
    assert.deepEqual(
      lines.map(({ id, outcome }) => [id, outcome]),
      [
        [6, 'left out'],
        [1, 'rejected'],
        [2, 'rejected'],
        [4, 'rejected'],
        [5, 'accepted'],
      ],
    )
    // The source that received the dead letter is recorded.
    assert.deepEqual(
      (await letters('--settled')).map(({ id, source }) => [id, source]),
      [
        [3, 'sales'],
        [5, 'sales'],
      ],
    )
  })

  test('drop: needs a reason, drops all or none, and keeps the dead letters', async () => {
    assert.equal((await dlq('drop', '1', '99', '--why', 'noise')).status, 1)
    assert.equal((await letters()).length, 4)
    const { status, out } = await dlq('drop', '1', '2', '--why', 'noise')
    assert.deepEqual([status, out], [0, '2 dead letters dropped: noise. They are kept; `spillway dlq list --settled` shows them.'])
    assert.deepEqual(
      (await letters('--settled')).map(({ id, outcome, why, reason }) => [id, outcome, why, reason]),
      [
        [1, 'dropped', 'noise', 'schema'],
        [2, 'dropped', 'noise', 'schema'],
      ],
    )
    await dlq('drop', '3', '4', '--why', 'noise')
    assert.deepEqual(await dlq(shop.pipeline, 'replay', '--all'), { status: 0, out: 'No dead letter to replay.', err: '' })
    assert.match((await dlq('show', '1')).out, /^ {2}dropped: noise \(\S+Z\)$/m)
    assert.equal(
      (await dlq('edit', '1', '--set', 'a=b')).err,
      'SPILL_PRECONDITION: dead letter 1 is settled (dropped) and cannot be changed',
    )
  })

  test('the audit log records each change with user and command, and no data of a dead letter', async () => {
    await dlq('edit', '3', '--set', 'price=4.75', '--set', 'card=hush')
    await dlq('edit', '3', '--set', 'price')
    await dlq(shop.pipeline, 'replay', '3', '4')
    await dlq('drop', '99', '--why', 'noise')
    await dlq('drop', '1', '2', '--why', 'noise')
    await dlq(shop.pipeline, 'replay', '--all')
    const { lines } = auditOf(shop.data)
    assert.deepEqual(lines.map(done), [
      ['dlq edit', '3', 'done', 'price, card'],
      ['dlq replay', '3, 4', 'done', '1 settled, 1 rejected again'],
      ['dlq drop', '99', 'rejected', 'SPILL_NOT_FOUND'],
      ['dlq drop', '1, 2', 'done', 'noise'],
      ['dlq replay', 'all', 'done', '0 settled, 1 rejected again'],
    ])
    assert.ok(lines.every(({ at, operator }) => !Number.isNaN(Date.parse(at)) && /^cli:./.test(operator)))
    // Without the times, whose seconds may read 14.75.
    assert.doesNotMatch(JSON.stringify(lines.map(({ at: _at, ...entry }) => entry)), /4\.75|hush/)
  })
})
