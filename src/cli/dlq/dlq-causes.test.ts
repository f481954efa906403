import assert from 'node:assert/strict'
import { test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { sales, Shop } from '../../../test/cli/shop.ts'

test('a cause is listed, edited and replayed as a whole; what cannot be edited is said, with exit code 1', async t => {
  const shop = await Shop.ran([...sales, Uint8Array.of(0x22, 0xff, 0x22)])
  t.after(() => shop[Symbol.dispose]())
  const dlq = (...args: readonly string[]) => called('dlq', ...args, '--data', shop.data)
  const letters = (...args: readonly string[]) => calledJson<{ readonly id: number }>('dlq', 'list', ...args, '--data', shop.data)
  const renamed = [11, 12, 13].map(id => `{"id":"${id}","card":"z","till":1,"cost":"1.50","abroad":true,"at":"2026-01-01T00:00Z"}`)
  const file = shop.write('renamed.ndjson', `${renamed.join('\n')}\n`)
  await shop.run(`sales=${file}`)
  const causes = await calledJson<{ cause: string; source: string; detail: string; letters: number }>('dlq', 'causes', '--data', shop.data)
  assert.deepEqual(
    causes.map(({ source, letters: count }) => [source, count]),
    [
      ['sales', 3],
      ['sales', 1],
      ['sales', 1],
      ['sales', 1],
      ['sales', 1],
    ],
  )
  const [{ cause, detail }] = causes
  assert.match(detail, /'price' is missing/)
  const text = await dlq('causes', '--reason', 'schema')
  assert.match(text.out, new RegExp(`^${cause}  sales  3 dead letters  \\S+Z.*\n  schema: 'price' is missing[^]*^4 causes\\.$`, 'm'))
  assert.deepEqual(
    (await letters('--cause', cause)).map(({ id }) => id),
    [5, 6, 7],
  )
  assert.equal((await dlq('edit', '6', '--set', 'note=1', '--set', 'cost=2')).status, 1, 'no column has this name')
  assert.equal((await dlq('edit', '6', '--rename', 'cost=price')).status, 0)
  const edited = await dlq('edit', '--cause', cause, '--rename', 'cost=price')
  assert.equal(edited.status, 1)
  assert.match(edited.out, /^dead letter 6: unchanged, SPILL_INPUT: dead letter 6 has no field 'cost' to rename\n2 dead letters edited\.$/m)
  assert.ok(edited.out.endsWith(`\n\nspillway dlq PIPELINE replay --cause ${cause} --data ${shop.data} replays them.`), edited.out)
  const replayed = await dlq(shop.pipeline, 'replay', '--cause', cause)
  assert.match(replayed.out, /^3 dead letters replayed: 3 settled, 0 rejected again, 3 decisions made\.$/m)
  assert.equal((await dlq('drop', '--cause', cause, '--why', 'x')).status, 1, 'none is left')
  assert.equal((await dlq('drop', '--cause', causes[1].cause, '--why', 'x')).status, 0)
  assert.equal((await letters()).length, 3)
})

for (const [args, message] of [
  [[], /^expected a subcommand: causes, list, show, edit, replay, drop$/m],
  [['drip'], /^dlq has no subcommand 'drip'; did you mean 'drop'\?$/m],
  [['list', '3'], /^dlq list takes no arguments, but got 3$/m],
  [['list', '--why', 'x'], /^dlq list has no option --why$/m],
  [['show'], /^name the dead letter to show by its number$/m],
  [['show', 'x'], /^name the dead letter to show by its number, not 'x'$/m],
  [['edit', '1', '2', '--file', 'a.json'], /^expected one dead letter, but also got 2$/m],
  [['edit', '1'], /^give one kind of change: --set FIELD=VALUE, --rename OLD=NEW, or --file FILE$/m],
  [['edit', '1', '--set', 'a=b', '--rename', 'c=d'], /^give one kind of change: /m],
  [['edit', '--set', 'a=b'], /^name dead letters by their numbers, or use --cause CAUSE$/m],
  [['edit', '--cause', 'c', '--file', 'a.json'], /^--file and --if-version are of one dead letter; name it by its number$/m],
  [['edit', '1', '--rename', 'a'], /^--rename a is not OLD=NEW; write --rename amt=amount$/m],
  [['list', '--cause', 'c', '--reason', 'key'], /^--cause selects unsettled dead letters of one source and reason; leave out/m],
  [['drop', '1', '--cause', 'c', '--why', 'y'], /^--cause selects the dead letters of a cause; leave out the numbers$/m],
  [['causes', '3'], /^dlq causes takes no arguments, but got 3$/m],
  [['edit', '1', '--set', 'a'], /^--set a is not FIELD=VALUE/m],
  [['replay', '1', 'a.ts'], /^the pipeline file comes first: spillway dlq a\.ts replay$/m],
  [['a.ts', 'replay'], /^name dead letters by their numbers, or use --cause or --all$/m],
  [['a.ts', 'replay', '1', '--all'], /^--all selects every dead letter; leave out the numbers and the cause$/m],
  [['drop', '1'], /^give the reason with --why TEXT/m],
  [['drop', 'x', '--why', 'y'], /^'x' is not the number of a dead letter$/m],
  [['drop', '--why', 'y'], /^name dead letters by their numbers, or use --cause CAUSE$/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, out, err } = await called('dlq', ...args)
    assert.deepEqual([status, out], [2, ''])
    assert.match(err, message)
  })
