import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'

test('ten thousand readers get each decision, the next reader is rejected, and the process accepts events', async t => {
  const shop = await open()
  t.after(() => shop.close())
  await shop.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = shop.app.server.address() as { port: number }
  const count = (limits.SSE_STREAMS_MAX * limits.SSE_CLIENT_SHARE) / (limits.SSE_CLIENT_SHARE + 1)
  const client = spawn(process.execPath, ['test/serve/many-readers.ts', String(port), String(count + 1)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]()
  const line = async () => JSON.parse(String((await lines.next()).value)) as Record<string, number>
  assert.deepEqual(await line(), { 200: count, 503: 1 })
  const answer = await posted(shop.app, '/sources/payments/events', pay(1))
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(await line(), { eventCount: count })
  assert.equal((await shop.app.inject({ url: '/healthz' })).statusCode, 200)
})
