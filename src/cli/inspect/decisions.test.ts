import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'

let shop: Shop
let data: readonly string[]
before(async () => {
  shop = await Shop.ran()
  data = ['--data', shop.data]
})
after(() => shop[Symbol.dispose]())

const decisions = (...args: readonly string[]) => calledJson<RecordedDecision>('decisions', ...data, ...args)

test('lists decisions, the newest last, by model, key and number', async () => {
  const names = (all: readonly RecordedDecision[]) => all.map(({ model, entry, key, score }) => [model, entry, key, score])
  const all = [
    ['risk', 0, 'a', 1],
    ['risk', 1, 'a', 2],
    ['risk', 2, 'b', 1],
    ['seen', 3, 'a', 3],
  ]
  assert.deepEqual(names(await decisions()), all)
  assert.deepEqual(names(await decisions('--last', '2')), all.slice(2))
  assert.deepEqual(names(await decisions('--last', '0')), [])
  assert.deepEqual(names(await decisions('--model', 'risk', '--key', 'a')), all.slice(0, 2))
  assert.deepEqual(names(await decisions('--key', 'a', '--last', '1')), all.slice(3))
  assert.deepEqual(names(await decisions('--entry', '1')), all.slice(1, 2))
  assert.deepEqual(await decisions('--entry', '99'), [])
})

test('a decision has its vector, and the visible events and as-of time of each group', async () => {
  const [{ t, vector, read, position, id }] = await decisions('--entry', '1')
  assert.deepEqual(vector, { card: { n: 2, spent: 4 }, older: { n: 0 }, pair: { n: 1 }, till: 1, price: 2.5 })
  assert.deepEqual(read['by_card(card)'], { visibleEvents: 2, asOf: t })
  assert.deepEqual(read['older(card)'], { visibleEvents: 0, asOf: t - 3_600_000 })
  assert.deepEqual([position, id], [{ partition: 0, offset: 1 }, '3'])
  const { out } = await called('decisions', ...data, '--entry', '1')
  assert.match(out, /^risk {2}\S+Z {2}a {2}score 2$/m)
  assert.match(out, /^ {2}older\(card\): 0 events visible at \S+Z$/m)
  assert.match(out, /^ {2}entry 1, id 3, partition 0 offset 1$/m)
  assert.match(out, /^1 decision of 4 recorded ones$/m)
})

test('works while a run holds the folder', async () => {
  const folder = await openDataFolder(shop.data)
  assert.equal((await decisions()).length, 4)
  await folder.store.close()
  folder.release()
})

test('errors for unknown models, keys and folders list the valid choices', async () => {
  assert.match((await called('decisions', ...data, '--key', 'c')).out, /^No decision about key 'c'; 4 others recorded\.$/)
  const unknown = await called('decisions', ...data, '--model', 'rsik')
  assert.equal(unknown.status, 1)
  assert.match(unknown.err, /^SPILL_NOT_FOUND: no decision of model 'rsik' is recorded; did you mean 'risk'\?$/)
  const nowhere = await called('decisions', '--data', 'nowhere')
  assert.equal(nowhere.status, 1)
  assert.match(nowhere.err, /^SPILL_STORE: nowhere is not a data folder: it has no log\.db; a run creates one$/)
})

for (const [args, message] of [
  [['x'], /^decisions takes options and no arguments, but got x$/m],
  [['--last', 'all'], /^--last all is not a whole number from 0$/m],
  [['--last', '1', '--entry', '1'], /^use --last or --entry, not both$/m],
  [['--modle', 'x'], /^unknown option --modle; did you mean 'model'\?$/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, out, err } = await called('decisions', ...args)
    assert.deepEqual([status, out], [2, ''])
    assert.match(err, message)
  })
