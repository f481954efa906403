import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { auditOf, done } from '../../../test/cli/audit-lines.ts'
import { called, calledJson } from '../../../test/cli/called.ts'
import type { NewEffect, StoredEffect } from '../../log/effects.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'

const effect = (number: number): NewEffect => ({
  number,
  action: 'page',
  id: `id-${number}`,
  entry: number,
  key: '"c"',
  t: number,
  decidedAt: number,
  due: undefined,
  body: '{"of":"the receiver alone"}',
  isDry: false,
})

test('dead effects are retried or dropped, all or none, and the audit log records each change', async () => {
  const data = scratchFolder('cli-effects')
  const folder = await openDataFolder(data)
  await folder.store.commit({ effects: [effect(1), effect(2), effect(3)] })
  await folder.store.commit({ effectChanges: [1, 2].map(number => ({ kind: 'dead', number, sent: 1, at: 2, why: 'status 500' })) })
  const busy = await called('effects', 'retry', '1', '--data', data)
  assert.match(busy.err, /^SPILL_BUSY: .* is in use by process \d+, which takes no changes/)
  await closeDataFolder(folder)
  assert.equal(
    (await called('effects', 'retry', '1', '3', '--data', data)).err,
    'SPILL_PRECONDITION: effect 3 is pending; only dead effects can be retried or dropped',
  )
  assert.equal((await called('effects', 'retry', '1', '--data', data)).status, 0)
  assert.equal((await called('effects', 'drop', '2', '--why', 'nobody listens', '--data', data)).status, 0)
  const states = await calledJson<StoredEffect>('effects', '--data', data)
  assert.deepEqual(
    states.map(({ number, state }) => [number, state]),
    [
      [1, 'pending'],
      [2, 'dropped'],
      [3, 'pending'],
    ],
  )
  for (const args of [[], ['show', '1']])
    assert.deepEqual(
      (await calledJson<Record<'key' | 'body', unknown>>('effects', ...args, '--data', data)).map(({ key, body }) => [key, body])[0],
      ['c', { of: 'the receiver alone' }],
    )
  assert.match((await called('effects', '--data', data)).out, /^page: 1 dropped effect, page: 2 pending effects\.$/m)
  assert.match(
    (await called('effects', '--last', '2', '--data', data)).out,
    /2 pending effects; the newest 2 are shown, --last 3 shows 1 more\.$/m,
  )
  const { lines, text } = auditOf(data)
  assert.deepEqual(lines.map(done), [
    ['effects retry', '1, 3', 'rejected', 'SPILL_PRECONDITION'],
    ['effects retry', '1', 'done', undefined],
    ['effects drop', '2', 'done', 'nobody listens'],
  ])
  assert.doesNotMatch(text, /the receiver/)
})

test('retry --all retries every dead effect, or those of an action; --json lists all effects that match', async () => {
  const data = scratchFolder('cli-effects-all')
  const folder = await openDataFolder(data)
  const numbers = Array.from({ length: 30 }, (_, i) => i + 1)
  await folder.store.commit({ effects: numbers.map(number => ({ ...effect(number), action: number === 30 ? 'mail' : 'page' })) })
  await folder.store.commit({
    effectChanges: numbers.slice(1).map(number => ({ kind: 'dead', number, sent: 1, at: 2, why: 'status 500' })),
  })
  await closeDataFolder(folder)
  const run = (...args: readonly string[]) => called('effects', ...args, '--data', data)
  const dead = async (...args: readonly string[]) =>
    (await calledJson<StoredEffect>('effects', '--state', 'dead', ...args, '--data', data)).map(({ number }) => number)
  assert.deepEqual(await dead(), numbers.slice(1))
  assert.deepEqual(await dead('--last', '2'), [29, 30])
  assert.match(
    (await run('--state', 'dead')).out,
    /^mail: 1 dead effect, page: 28 dead effects; the newest 20 are shown, --last 29 shows 9 more\.$/m,
  )
  assert.deepEqual(await run('retry', '--all', '--action', 'mail'), {
    status: 0,
    out: '1 effect will be tried again by the next run.',
    err: '',
  })
  assert.deepEqual(await dead(), numbers.slice(1, -1))
  assert.equal((await run('retry', '--all')).out, '28 effects will be tried again by the next run.')
  assert.deepEqual(await run('retry', '--all'), { status: 0, out: 'No dead effect to retry.', err: '' })
  assert.equal((await run('retry', '--all', '--action', 'mail')).out, "No dead effect of 'mail' to retry.")
  assert.deepEqual(auditOf(data).lines.map(done), [
    ['effects retry', '30', 'done', undefined],
    ['effects retry', numbers.slice(1, -1).join(', '), 'done', undefined],
  ])
})

for (const [args, message] of [
  [['retry'], /^name the numbers of effects: effects retry 12, or use --all$/m],
  [['retry', '1', '--all'], /^--all selects every dead effect; leave out the numbers$/m],
  [['drop', '--all', '--why', 'x'], /^effects drop has no option --all$/m],
  [['--all'], /^effects list has no option --all$/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, err } = await called('effects', ...args)
    assert.equal(status, 2)
    assert.match(err, message)
  })
