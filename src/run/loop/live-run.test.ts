import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { action, corrected, count, entity, every, features, model, pipeline, rules, source, stream, t } from '../../index.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { LiveRun, scheduleCheckpoints } from './live-run.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { ACKNOWLEDGED } from '../../define/action/destination.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const watch = model('watch', { decide: every('1m', card, { live: '1h' }), inputs: ({ card }) => now.of(card), score: () => rules([], 0.5) })
const shop = pipeline('shop', [watch])
const start = Date.parse('2026-01-01T00:00Z')
const records = recordBatchOf([{ id: '1', card: 'c', at: start }])

const folder = (): string => scratchFolder('running')

test('ticks happen by themselves, and state survives a restart', async () => {
  const data = folder()
  let clock = start
  const ticked = Promise.withResolvers<number>()
  const running = await LiveRun.open(shop, data, {
    clock: () => clock,
    onDecisions: batches => {
      for (const { bytes } of batches) for (const { t } of recordedDecisions(bytes)) ticked.resolve(t)
    },
  })
  await running.run.submit('payments', records)
  clock = start + 61_000
  assert.equal(await ticked.promise, start + 60_000)
  const { end } = running.run
  assert.equal(running.stop(), running.stop())
  await Promise.all([running.stop(), running.run.ended])
  const reports: string[] = []
  const again = await LiveRun.open(shop, data, { clock: () => clock, onReport: report => reports.push(report) })
  assert.deepEqual([again.run.end, reports], [end, []])
  assert.equal((await again.run.submit('payments', records)).duplicates, 1)
  await again.stop()
})

test('a run that cannot start holds nothing, and a failed one releases its folder', async () => {
  const data = folder()
  const late = pipeline('late', [features('late', { from: payments, entity: card, place: corrected, values: () => ({ n: count('1h') }) })])
  await assert.rejects(LiveRun.open(late, data), { code: 'SPILL_UNSUPPORTED' })
  const openFolder = await openDataFolder(data)
  await assert.rejects(LiveRun.open(shop, data), { code: 'SPILL_BUSY' })
  const running = await LiveRun.inFolder(openFolder, shop, { clock: () => start })
  await running.run.submit('payments', records)
  await running.stop()
  const failing = await LiveRun.open(shop, data, {
    clock: () => start + 3_600_000,
    onDecisions: () => {
      throw new Error('told nobody')
    },
  })
  await assert.rejects(failing.run.ended, /told nobody/)
  await failing.stop()
  await (await LiveRun.open(shop, data)).stop()
})

test('the outcome of an effect is stamped by the clock of the run', async () => {
  const notify = action('notify', { when: watch.score.gte(0.5), do: () => {} })
  const telling = pipeline('telling', [notify])
  const settled = Promise.withResolvers<unknown>()
  let clock = start
  const running = await LiveRun.open(telling, folder(), {
    clock: () => clock,
    sendings: await openActionDestinations(telling, {}),
    onSettled: ([change]) => settled.resolve(change),
  })
  await running.run.submit('payments', records)
  clock = start + 61_000
  assert.deepEqual(await settled.promise, { kind: 'delivered', number: 1, sent: clock, at: clock })
  await running.stop()
})

test('a run that does not start closes its destinations', async () => {
  const data = folder()
  const running = await LiveRun.open(shop, data)
  let closed = 0
  const destination = { concurrency: 1, deliver: () => Promise.reject(new Error('none')), close: async () => void closed++ }
  const sendings = [{ action: 'notify', destination }]
  await assert.rejects(LiveRun.open(shop, data, { sendings }), { code: 'SPILL_BUSY' })
  assert.equal(closed, 1)
  const reshaped = pipeline('shop', [
    features('now', { from: payments, entity: card, place: corrected, values: () => ({ n: count('1h') }) }),
  ])
  await assert.rejects(LiveRun.open(reshaped, folder(), { sendings }), { code: 'SPILL_UNSUPPORTED' })
  assert.equal(closed, 2)
  await running.stop()
  assert.equal(closed, 2)
})

test('a busy run saves its state every ten seconds, an idle one every minute', () => {
  const entries = limits.CHECKPOINT_ROUND_ENTRIES
  const roundsAt = (entriesEach: number): number[] => {
    let [looks, end, saved] = [0, 0, -1]
    const begun: number[] = []
    const run = {
      checkpoint(behind = 0) {
        if (end - saved <= behind) return false
        saved = end
        begun.push((looks * limits.CHECKPOINT_ROUND_MS) / 1000)
        return true
      },
    }
    let look = (): void => {}
    const timer = scheduleCheckpoints(run, (ms, each) => {
      assert.equal(ms, limits.CHECKPOINT_ROUND_MS)
      look = each
      return { stop: () => void begun.push(-1) }
    })
    while (looks < 13) {
      looks++
      end += entriesEach
      look()
    }
    timer.stop()
    assert.equal(begun.pop(), -1)
    return begun
  }
  assert.deepEqual(roundsAt(entries + 1), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130])
  assert.deepEqual(roundsAt(Math.ceil(entries / 2)), [20, 50, 80, 110])
  assert.deepEqual(roundsAt(1), [60, 120])
  assert.deepEqual(roundsAt(0), [60])
})

test('an error of the clock between turns, as after a jump, ends the run and not the process', async () => {
  let hasJumped = false
  const clock = (): number => (hasJumped ? assert.fail('the wall clock jumped ahead') : start)
  for (const definition of [shop, pipeline('counts', [now])]) {
    hasJumped = false
    const running = await LiveRun.open(definition, folder(), { clock })
    await running.run.submit('payments', records)
    hasJumped = true
    await assert.rejects(running.run.ended, /jumped ahead/)
    await running.stop()
  }
})

test('nobody waits for a run that has failed to be idle, although deliveries are under way', async () => {
  const late = Promise.withResolvers<typeof ACKNOWLEDGED>()
  const notify = action('notify', { when: watch.score.gte(0), do: () => {} })
  const destination = { concurrency: 1, deliver: () => late.promise, close: async () => {} }
  let clock = start
  const running = await LiveRun.open(pipeline('shop', [notify]), folder(), {
    clock: () => clock,
    sendings: [{ action: 'notify', destination }],
  })
  await running.run.submit('payments', records)
  clock = start + 61_000
  while (running.dispatcher.isIdle) await pause(1)
  const idle = running.whenIdle()
  running.run.fail(new Error('disk I/O error'))
  await idle
  late.resolve(ACKNOWLEDGED)
  await running.stop().catch(() => {})
})
