import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'

interface Printed {
  readonly group: string
  readonly key: Readonly<Record<string, string>>
  readonly t: number
  readonly asOf: number
  readonly visibleEvents: number
  readonly ofKey: number
  readonly features: Readonly<Record<string, unknown>>
}

let shop: Shop
before(async () => {
  shop = await Shop.ran()
})
after(() => shop[Symbol.dispose]())

const features = (...args: readonly string[]) => calledJson<Printed>('features', shop.pipeline, ...args, '--data', shop.data)

test('prints every group with as many key columns, by its placement, with its as-of time', async () => {
  const answers = await features('a', '--group', 'by_card')
  assert.equal(answers.length, 1)
  const [{ t, asOf, ...rest }] = answers
  assert.deepEqual(rest, { group: 'by_card', key: { card: 'a' }, visibleEvents: 3, ofKey: 2, features: { n: 2, spent: 4 } })
  assert.equal(asOf, t)
  const [older] = await features('a', '--group', 'older')
  assert.deepEqual([older.asOf, older.visibleEvents, older.ofKey, older.features], [older.t - 3_600_000, 0, 2, { n: 0 }])
})

test('keys may have several columns, and numbers written as text', async () => {
  const n = async (key: string, group: string) => (await features(key, '--group', group)).map(answer => answer.features['n'])
  assert.deepEqual(await n('a,2', 'by_pair'), [1])
  assert.deepEqual(
    (await features('a,2')).map(({ group, key }) => [group, key]),
    [['by_pair', { card: 'a', till: '2' }]],
  )
  assert.deepEqual(await n('2', 'by_till'), [2])
  assert.deepEqual(await n(' 02', 'by_till'), [2])
  assert.deepEqual(await n('b,1', 'by_card'), [0], 'a comma in a key of one text')
})

test('--at: nothing is visible before the run; an hour later the windows have moved by an hour', async () => {
  const [before] = await features('a', '--group', 'by_card', '--at', '2026-01-01T00:00Z')
  assert.deepEqual([before.visibleEvents, before.ofKey, before.features], [0, 0, { n: 0, spent: null }])
  const [{ t }] = await features('a', '--group', 'by_card')
  const [later] = await features('a', '--group', 'older', '--at', String(t + 3_600_000))
  assert.deepEqual([later.visibleEvents, later.features], [3, { n: 2 }])
})

test('text output: the as-of time of every group, and a note for an unknown key', async () => {
  const { out } = await called('features', shop.pipeline, 'zz', '--group', 'by_card', '--data', shop.data)
  assert.match(out, /^by_card {2}card zz {2}at \S+Z$/m)
  assert.match(out, /^ {2}never seen up to \S+Z; 3 of 'sales' visible$/m)
  assert.match(out, /^ {2}spent {2}NULL$/m)
})

test('works while a run holds the folder', async () => {
  const folder = await openDataFolder(shop.data)
  assert.equal((await features('a', '--group', 'by_card'))[0].ofKey, 2)
  await folder.store.close()
  folder.release()
})

for (const [args, message] of [
  [['a', '--group', 'by_cart'], /^SPILL_NOT_FOUND: pipeline 'shop' has no group 'by_cart'; did you mean 'by_card'\?$/],
  [['a', '--group', 'by_pair'], /^SPILL_KEY: group 'by_pair' is keyed by card,till; write 2 values, a,b$/],
  [['dear', '--group', 'by_till'], /^SPILL_KEY: no key: 'till' needs an int within .*got 'dear'$/],
  [['1.5', '--group', 'by_till'], /^SPILL_KEY: no key: 'till' needs an int/],
] as const)
  test(`failure: ${message.source}`, async () => {
    const { status, out, err } = await called('features', shop.pipeline, ...args, '--data', shop.data)
    assert.deepEqual([status, out], [1, ''])
    assert.match(err, message)
  })

for (const [args, message] of [
  [['p.ts'], /^name a key$/m],
  [['p.ts', 'a', 'b'], /^expected one key, but also got b; write the parts of a key as a,b$/m],
  [['p.ts', 'a', '--at', 'noon'], /^--at noon is not a time; write ISO 8601/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, err } = await called('features', ...args)
    assert.equal(status, 2)
    assert.match(err, message)
  })
