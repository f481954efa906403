/** A receiver that answers 500 for an hour, over real sockets and on a clock that the test moves. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { answering, closeWebhooks, closedByTest, opened } from '../../test/action/webhooks.ts'
import { virtualTime } from '../../test/action/virtual-time.ts'
import { growingEffects, ModelEffects } from '../../test/crash/model-effects.ts'
import { pause } from '../base/clock.ts'
import { random } from '../base/random.ts'
import type { NewEffect } from '../log/effects.ts'
import type { Commit } from '../log/store.ts'
import { EffectDispatcher } from './effect-dispatcher.ts'

afterEach(closeWebhooks)

const HOUR = 3_600_000

const effect = (number: number, action: string, key: string): NewEffect => ({
  number,
  action,
  id: `id${number}`,
  entry: number,
  key,
  t: 0,
  decidedAt: 0,
  due: undefined,
  body: `{"n":${number}}`,
  isDry: false,
})

for (const seed of [1, 2, 3])
  test(`500 for an hour: effects are retried under their own keys, in order, until accepted, and no other action waits (seed ${seed})`, async () => {
    const { clock, after, next } = virtualTime()
    const accepted: string[] = []
    const down = await answering((response, { headers }) => {
      const isUp = clock() >= HOUR
      if (isUp) accepted.push(String(headers['idempotency-key']))
      response.writeHead(isUp ? 204 : 500).end()
    })
    const up = await answering(response => void response.writeHead(204).end())
    const commits: Commit[] = []
    const settle = (settled: NonNullable<Commit['effectChanges']>) => Promise.resolve(void commits.push({ effectChanges: settled }))
    const webhook = async (url: string) => {
      const destination = await opened({ url, allowPrivate: true, concurrency: 2 })
      closedByTest(destination) // By the dispatcher, when it stops.
      return destination
    }
    const dispatcher = new EffectDispatcher({
      destinations: [
        { action: 'page', destination: await webhook(down.url) },
        { action: 'block', destination: await webhook(up.url) },
      ],
      effects: growingEffects(() => commits),
      settle,
      onFailure: error => assert.fail(error as Error),
      settleMs: 0,
      clock,
      after,
      random: random(seed),
    })
    const effects = [effect(1, 'page', 'a'), effect(2, 'page', 'a'), effect(3, 'page', 'b'), effect(4, 'block', 'a')]
    commits.push({ effects })
    dispatcher.start()
    dispatcher.enqueue(effects)
    const idle = async () => {
      while (!dispatcher.isIdle) await pause(1)
    }
    await idle()
    assert.deepEqual([clock(), up.received.length], [0, 1], 'the other action is not delayed')
    while (next()) await idle()
    await dispatcher.stop()
    const all = new ModelEffects(commits).all
    assert.deepEqual(
      all.map(({ number, state }) => [number, state]),
      [1, 2, 3, 4].map(number => [number, 'delivered']),
    )
    assert.deepEqual(accepted.toSorted(), ['id1', 'id2', 'id3'], 'each is taken once, under its key')
    assert.ok(accepted.indexOf('id1') < accepted.indexOf('id2'))
    const tries = Map.groupBy(down.received, ({ headers }) => String(headers['idempotency-key']))
    assert.deepEqual([...tries.keys()].toSorted(), ['id1', 'id2', 'id3'])
    assert.equal(tries.get('id2')!.length, 1, 'what stands behind it is not tried in vain')
    assert.ok(tries.get('id1')!.length < 16 && tries.get('id3')!.length < 16, 'an hour is no flood of tries')
  })
