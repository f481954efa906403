/** A run in this process whose control socket serves the command line, until it stops. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import { pause } from '../../base/clock.ts'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { StoredEffect } from '../../log/effects.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { connectControl } from './open-control.ts'
import { serveRunControl } from './serve-control.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
  dedupe: '1d',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: () => rules([], 0.9) })
const start = Date.parse('2026-01-01T00:00Z')

const receiver = { fails: true, sent: [] as string[] }
const page = action('page', {
  when: busy.score.gte(0.8),
  do: ({ id }) => {
    if (receiver.fails) throw new Error('down')
    receiver.sent.push(id)
  },
})
const shop = pipeline('shop', [page])
const pay = (id: string): object => ({ id, card: id, at: start })

async function live(context: TestContext, { idsMax }: { idsMax?: number } = {}) {
  const data = scratchFolder('live')
  const sendings = (await openActionDestinations(shop, {})).map(sending => ({ ...sending, attempts: 1 }))
  const running = await LiveRun.open(shop, data, { sendings, clock: () => start, ...(idsMax !== undefined && { idsMax }) })
  context.after(() => running.stop())
  await serveRunControl(running, { pipeline: shop, data, onReport: assert.fail })
  return { data, running }
}

test('dead effects are retried and dropped by the command line, all or none, while the run delivers', async context => {
  const { data, running } = await live(context)
  const effects = (...args: readonly string[]) => called('effects', ...args, '--data', data)
  await running.run.submit('payments', recordBatchOf(['a', 'b', 'c'].map(pay)))
  await running.whenIdle()
  receiver.fails = false
  assert.deepEqual(await effects('retry', '1', '2'), { status: 0, out: 'The run tries 2 effects again.', err: '' })
  await running.whenIdle()
  assert.equal(receiver.sent.length, 2)
  assert.equal(
    (await effects('retry', '3', '1')).err,
    'SPILL_PRECONDITION: effect 1 is delivered; only dead effects can be retried or dropped',
  )
  assert.equal((await effects('drop', '3', '9', '--why', 'x')).err, 'SPILL_NOT_FOUND: there is no effect 9; the newest is 3')
  assert.equal((await effects('drop', '3', '--why', 'nobody listens')).status, 0)
  assert.deepEqual(
    (await calledJson<StoredEffect>('effects', '--data', data)).map(({ state, why }) => [state, why]),
    [
      ['delivered', undefined],
      ['delivered', undefined],
      ['dropped', 'nobody listens'],
    ],
  )
})

test('the socket is gone when the run has stopped, and the folder is free for the command line', async context => {
  const { data, running } = await live(context)
  await running.run.submit('payments', recordBatchOf([{ id: 'x' }]))
  assert.equal((await called('dlq', 'edit', '1', '--set', 'card=a', '--data', data)).status, 0)
  await running.stop()
  assert.equal(existsSync(join(data, 'run-control', 'socket')), false)
  assert.equal((await called('dlq', 'drop', '1', '--why', 'x', '--data', data)).status, 0)
})

test('a dead letter that is held back at the stop of the run is unchanged, and its operator gets an error', async context => {
  const { data, running } = await live(context, { idsMax: 2 })
  await running.run.submit('payments', recordBatchOf([pay('a'), { ...pay('b'), card: null }, pay('c')]))
  const client = await connectControl(data)
  const [{ version }] = await calledJson<{ version: string }>('dlq', 'list', '--data', data)
  await client.editDeadLetter({ id: 1, version, set: { card: 'b' } }, 'cli:ann')
  const resend = client.replayDeadLetters({ ids: [1] }, 'cli:ann')
  const rejection = assert.rejects(resend, { code: 'SPILL_LIMIT', message: /^the run was stopped while this was held back/ })
  while (!running.run.isHeldBack) await pause(1)
  await assert.rejects(
    connectControl(data).then(other => other.dropDeadLetters({ ids: [1], why: 'x' }, 'cli:bob')),
    {
      code: 'SPILL_CONFLICT',
      message: 'dead letter 1 is being replayed by someone else; look at it again',
    },
  )
  await running.stop()
  await rejection
  client.close()
  const [letter] = await calledJson<{ attempts: number; raw: string }>('dlq', 'list', '--data', data)
  assert.deepEqual([letter.attempts, (JSON.parse(letter.raw) as { card: string }).card], [0, 'b'])
})

test('a run whose folder can hold no socket goes on, says why, and is changed in its process', async context => {
  const data = scratchFolder('live-none')
  mkdirSync(join(data, 'run-control', 'socket', 'x'), { recursive: true })
  const reports: string[] = []
  const running = await LiveRun.open(shop, data, { clock: () => start })
  context.after(() => running.stop())
  const control = await serveRunControl(running, { pipeline: shop, data, onReport: report => reports.push(report) })
  assert.match(
    reports.join('\n'),
    /^.*: there is no place for its control socket: .*; while it runs, dead letters, effects, jobs, models and alerts change over HTTP alone$/,
  )
  await running.run.submit('payments', recordBatchOf([{ id: 'x' }]))
  assert.equal(typeof (await control.dropDeadLetters({ ids: [1], why: 'x' }, 'http')).settled, 'number')
  assert.match((await called('dlq', 'drop', '1', '--why', 'x', '--data', data)).err, /^SPILL_BUSY: .* which takes no changes/)
})
