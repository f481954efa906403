import assert from 'node:assert/strict'
import { Agent, request, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { pay, shop } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { Running } from '../run/running.ts'
import { openFolder } from '../log/sqlite/data-folder.ts'
import { listen } from './listen.ts'

test('closing answers what was taken, and waits for no client that keeps its connection', { timeout: 15_000 }, async () => {
  const data = scratchFolder('listen')
  const running = await Running.in(await openFolder(data, { fsyncMs: 200 }), shop)
  const server = await listen({ port: 0, run: running.run, pipeline: shop, data })
  const agent = new Agent({ keepAlive: true })
  const answered = Promise.withResolvers<IncomingMessage>()
  const headers = { 'content-type': 'application/json' }
  const posting = request(`${server.url}/sources/payments/events`, { method: 'POST', agent, headers }, answered.resolve)
  posting.end(JSON.stringify(pay(1)))
  while (running.run.end === 0) await pause(1)
  const closing = server.close()
  const response = await answered.promise
  response.resume()
  assert.equal(response.statusCode, 200)
  await closing
  agent.destroy()
  await running.stop()
})
