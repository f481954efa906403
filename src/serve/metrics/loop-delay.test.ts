import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { LoopDelay } from './loop-delay.ts'

test('a call counts its delay, and a second scraper reads the same counts as the first', async () => {
  const registry = new Registry()
  let now = 1000
  const delay = new LoopDelay(registry, () => now)
  // In time, early, 4 ms late, and 2 s late.
  for (const ms of [10, 9.5, 14, 2010]) {
    now += ms
    delay.measure()
  }
  const first = await registry.metrics()
  assert.equal(await registry.metrics(), first)
  const name = 'spillway_event_loop_delay_seconds'
  for (const line of [
    `# TYPE ${name} histogram`,
    `${name}_bucket{le="0.0001"} 2`,
    `${name}_bucket{le="0.0025"} 2`,
    `${name}_bucket{le="0.005"} 3`,
    `${name}_bucket{le="1"} 3`,
    `${name}_bucket{le="2.5"} 4`,
    `${name}_count 4`,
    `${name}_sum 2.004`,
  ])
    assert.ok(first.split('\n').includes(line), `${line} in\n${first}`)
})
