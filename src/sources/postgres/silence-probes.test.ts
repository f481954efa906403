/** A silent connection whose server misses probes, without a server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { yieldToEventLoop } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { SilenceWatch, type WatchedClient } from './silence-watch.ts'

test('a silent connection is ended after three missed probes in a row, or once the server no longer has its session', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  for (const [answers, endsAt] of [
    ['miss miss alive miss miss alive', undefined],
    ['alive miss miss miss', 4],
    ['miss gone', 2],
  ] as const) {
    const probes = answers.split(' ')
    const counts = { probed: 0, endedAt: 0 }
    const probe = async () => {
      const answer = probes[counts.probed++]
      if (answer === 'miss') throw Object.assign(new Error('no route'), { code: 'CONNECT_TIMEOUT' })
      return answer === 'alive' ? [{}] : []
    }
    const client = {
      bytesReceived: () => 1,
      unsafe: async () => [{ session: '7 2026-01-01' }],
      openAnother: async () => Object.assign(probe, { end: async () => {} }),
      end: async () => void (counts.endedAt = counts.probed),
    }
    using watch = new SilenceWatch(client as unknown as WatchedClient, -1)
    await watch.identify()
    for (const i of probes.keys()) {
      if (counts.endedAt > 0) break
      t.mock.timers.tick(limits.POSTGRES_STATUS_MS)
      while (counts.probed <= i) await yieldToEventLoop()
      for (let turn = 0; turn < 5; turn++) await yieldToEventLoop()
    }
    assert.equal(counts.endedAt, endsAt ?? 0, answers)
  }
})
