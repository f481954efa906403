/** Messages of a run on the channels of `node:diagnostics_channel`. */
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import type { Destination } from '../../define/action/destination.ts'
import { EffectDispatcher } from '../../action/effect-dispatcher.ts'
import { channels, type Messages } from '../../base/node/channels.ts'
import { pause } from '../../base/clock.ts'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { NewEffect } from '../../log/effects.ts'
import { Run } from './run.ts'
import { LiveRun } from './live-run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', { decide: on(payments), inputs: p => now.of(p.card), score: () => rules([], 0.5) })
let failures = 0
const tell = action('tell', {
  when: risk.score.gt(0),
  deadline: '1h',
  do: () => {
    if (failures-- > 0) throw new Error('not now')
  },
})
const shop = pipeline('shop', [risk, tell])
const start = Date.parse('2026-01-01T00:00Z')
const pay = (id: string, of = 'c') => ({ id, card: of, at: start })

const acknowledging: Destination = {
  concurrency: 1,
  deliver: () => Promise.resolve({ kind: 'acknowledged' }),
  close: () => Promise.resolve(),
}

type ChannelMessages = { readonly [N in keyof Messages]: Messages[N][] }
const undo: (() => void)[] = []
afterEach(() => undo.splice(0).forEach(stop => stop()))

function listening(): ChannelMessages {
  const messages: ChannelMessages = {
    'spillway:turn': [],
    'spillway:commit': [],
    'spillway:decision': [],
    'spillway:delivery': [],
    'spillway:effect': [],
  }
  for (const name of Object.keys(messages) as (keyof Messages)[]) {
    const subscriber = (message: unknown) => void (messages[name] as unknown[]).push(message)
    subscribe(name, subscriber)
    undo.push(() => unsubscribe(name, subscriber))
  }
  return messages
}

test('a turn, its commit, the decisions and each try of an effect are published as they happen', async () => {
  const data = scratchFolder('channels')
  const messages = listening()
  failures = 1
  const running = await LiveRun.open(shop, data, {
    clock: () => start + 5000,
    sendings: await openActionDestinations(shop, {}),
    after: (_ms, act) => {
      setImmediate(act)
      return { stop() {} }
    },
  })
  const { run } = running
  const begun = performance.now()
  await run.submit('payments', recordBatchOf([pay('1'), pay('1'), { ...pay('2'), card: 7 }]))
  while (messages['spillway:effect'].length < 2) await pause(1)
  await running.stop()
  const [turn] = messages['spillway:turn']
  const { waitedMs, intakeMs, ...rest } = turn
  assert.deepEqual(rest, { run, pipeline: 'shop', at: start + 5000, entries: 1, accepted: 1, duplicates: 1, rejected: 1, marks: 0 })
  assert.ok(waitedMs >= 0 && intakeMs >= 0)
  const commit = messages['spillway:commit'].find(({ entries }) => entries > 0)!
  assert.ok(commit.ms >= 0 && commit.ms <= performance.now() - begun, `${commit.ms} ms`)
  assert.deepEqual([commit.run, commit.entries, commit.decisions, commit.effects, 'error' in commit], [run, 1, 1, 1, false])
  const [{ stages, ...decision }, ...others] = messages['spillway:decision']
  assert.deepEqual(others, [])
  const { at, ...named } = decision
  assert.deepEqual(named, { run, pipeline: 'shop', model: 'risk', first: 0, last: 0, count: 1 })
  assert.ok(at >= turn.at)
  assert.deepEqual(Object.keys(stages), ['waited', 'intake', 'queued', 'features', 'inference', 'durable'])
  const [failed, delivered] = messages['spillway:effect']
  assert.deepEqual([failed.outcome, failed.why, failed.attempt, failed.entry], ['tried', 'not now', 1, 0])
  assert.deepEqual([delivered.run, delivered.pipeline, delivered.action, delivered.model], [run, 'shop', 'tell', 'risk'])
  assert.deepEqual([delivered.outcome, delivered.attempt, delivered.key, delivered.due], ['delivered', 2, '"c"', start + 3_600_000])
  assert.deepEqual([failed.deliveryMs, failed.queueMs, failed.id], [0, delivered.queueMs, delivered.id])
  assert.ok(delivered.deliveryMs >= failed.acknowledgementMs, 'the tries before it')
})

test('a failed commit is published with its error', async () => {
  const messages = listening()
  const store = new ModelStore(undefined, true)
  const run = new Run(shop, { store, clock: () => start })
  await run.whenIdle()
  store.hold()
  const receipt = run.submit('payments', recordBatchOf([pay('1')]))
  while (store.waiting === 0) await pause(1)
  store.fail()
  await assert.rejects(receipt, /the disk is full/)
  assert.match(String(messages['spillway:commit'].at(-1)?.error), /the disk is full/)
  assert.deepEqual(messages['spillway:decision'], [])
})

test('an effect of an earlier process counts its wait from its creation, and its delivery from the first try', async () => {
  const messages = listening()
  const effect: NewEffect = {
    number: 1,
    action: 'a',
    id: 'i',
    entry: 7,
    key: '1',
    t: 0,
    decidedAt: 1000,
    due: undefined,
    body: '{}',
    isDry: false,
  }
  const commits = [{ effects: [effect] }, { effectChanges: [{ kind: 'tried', number: 1, sent: 1500, next: 1600, why: 'x' } as const] }]
  const dispatcher = new EffectDispatcher({
    destinations: [{ action: 'a', destination: acknowledging }],
    effects: new ModelStore({ commits }).effects,
    onFailure: error => assert.fail(error as Error),
    settleMs: 0,
    settle: () => Promise.resolve(),
    clock: () => 5000,
  })
  dispatcher.start()
  while (!dispatcher.isIdle) await pause(1)
  const [{ run, attempt, entry, queueMs, deliveryMs }] = messages['spillway:effect']
  assert.deepEqual([run, attempt, entry, Math.round(queueMs)], [dispatcher, 2, 7, 500])
  assert.ok(deliveryMs >= 3500)
})

test('without subscribers nothing is measured, and an unsubscribed listener receives nothing', async () => {
  const messages = listening()
  undo.splice(0).forEach(stop => stop())
  assert.ok(Object.values(channels).every(({ hasSubscribers }) => !hasSubscribers))
  const effect: NewEffect = {
    number: 1,
    action: 'a',
    id: 'i',
    entry: 0,
    key: '1',
    t: 0,
    decidedAt: 0,
    due: undefined,
    body: 'no JSON',
    isDry: false,
  }
  const settled: unknown[] = []
  const dispatcher = new EffectDispatcher({
    destinations: [{ action: 'a', destination: acknowledging }],
    effects: new ModelStore().effects,
    onFailure: error => assert.fail(error as Error),
    settleMs: 0,
    settle: changes => Promise.resolve(void settled.push(...changes)),
  })
  dispatcher.start()
  dispatcher.enqueue([effect])
  while (!dispatcher.isIdle) await pause(1)
  assert.equal(settled.length, 1)
  assert.deepEqual(Object.values(messages).flat(), [])
})
