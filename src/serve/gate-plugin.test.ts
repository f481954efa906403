/** The server of a gate over a cluster in memory: probes and metrics. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendRaw, clusterWith, gateOf } from '../../test/gate/memory-gate.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { gatePlugin } from './gate-plugin.ts'
import { newServer } from './server.ts'

test('probes and metrics say what a gate does', async () => {
  const cluster = clusterWith(['{"id":"1","card":"c","at":1}', '{"id":"1","card":"c","at":1}', 'no json'], 1)
  const gate = gateOf(() => cluster.driver(), { once: false, sampleMs: 1 })
  const app = newServer()
  const errors: unknown[] = []
  await app.register(gatePlugin, { gate, onError: error => errors.push(error) })
  const get = async (url: string) => {
    const { statusCode, body } = await app.inject({ url })
    return [statusCode, body] as const
  }
  const until = async (isReached: () => boolean) => {
    while (!isReached()) await yieldToEventLoop()
  }
  const stop = new AbortController()
  try {
    assert.deepEqual(await get('/livez'), [200, '{"status":"ok"}'])
    const [status, problem] = await get('/readyz')
    assert.equal(status, 503)
    assert.match(problem, /the gate reads the ends of its topics/)
    assert.match((await get('/metrics'))[1], /^spillway_up 0$/m)
    const running = gate.run(stop.signal)
    await until(() => gate.counts.rejected === 1)
    await until(() => gate.ends.lagOf(0, 0) === 3)
    assert.deepEqual(await get('/readyz'), [200, '{"status":"ready","source":"payments","partitions":1}'])
    const metrics = (await get('/metrics'))[1].split('\n')
    for (const line of [
      'spillway_up 1',
      'spillway_events_total{source="payments",partition="0",outcome="accepted"} 1',
      'spillway_events_total{source="payments",partition="0",outcome="duplicate"} 1',
      'spillway_dead_letters_total{source="payments",partition="0",reason="schema"} 1',
      'spillway_gate_lag_records{source="payments",partition="0"} 0',
      'spillway_gate_open_transaction_seconds{source="payments",topic="checked"} 0',
    ])
      assert.ok(metrics.includes(line), `${line} in\n${metrics.join('\n')}`)
    assert.ok(metrics.some(line => line.startsWith('spillway_http_request_seconds_count{method="GET",route="/readyz",status="200"} 1')))
    assert.equal((await get('/healthz'))[0], 404)
    assert.equal((await get('/metrics?x=1'))[0], 200)
    stop.abort()
    await running
    assert.match((await get('/readyz'))[1], /the gate has ended/)
    appendRaw(cluster, 'unread')
    assert.ok(!(await get('/metrics'))[1].includes('spillway_gate_lag_records{'))
    assert.deepEqual(errors, [], 'a probe that fails is no error of the server')
  } finally {
    stop.abort()
    await app.close()
  }
})
