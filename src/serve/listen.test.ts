import assert from 'node:assert/strict'
import { Agent, request, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { pay, shop } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { openDataFolder } from '../log/sqlite/data-folder.ts'
import { startServer } from './listen.ts'

test('closing answers accepted requests, and does not wait for keep-alive connections', { timeout: 15_000 }, async () => {
  const data = scratchFolder('listen')
  const running = await LiveRun.inFolder(await openDataFolder(data, { fsyncMs: 200 }), shop)
  const server = await startServer({ port: 0, run: running.run, pipeline: shop, data })
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

test('a slow body is answered at shutdown with its result so far, and does not delay the shutdown', async () => {
  const data = scratchFolder('slow-bodies')
  const running = await LiveRun.open(shop, data)
  const connectionLimits = { bodyMs: 300, closingMs: 60_000 }
  const server = await startServer({ port: 0, run: running.run, pipeline: shop, data, connectionLimits })
  const slow = (type: string, begin: string) => {
    const answered = Promise.withResolvers<{ status: number | undefined; body: string; connection: string | undefined }>()
    const headers = { 'content-type': type }
    const call = request(`${server.url}/sources/payments/events`, { method: 'POST', headers }, async response => {
      let body = ''
      for await (const part of response) body += String(part)
      answered.resolve({ status: response.statusCode, body, connection: response.headers.connection })
    })
    call.on('error', answered.reject)
    call.write(begin)
    // As long as bytes arrive, no idle timeout ends it.
    const dribble = setInterval(() => call.write(' '), 20)
    return answered.promise.finally(() => clearInterval(dribble))
  }
  const array = slow('application/json', '[{"id":"3"')
  const lines = slow('application/x-ndjson', `${JSON.stringify(pay(1))}\n${JSON.stringify(pay(2))}\n{"id"`)
  while (running.run.end < 2) await pause(1)
  await server.close()
  const [first, second] = await Promise.all([array, lines])
  assert.deepEqual([first.status, second.status, first.connection, second.connection], [503, 503, 'close', 'close'])
  const { code, message, accepted } = JSON.parse(second.body) as { code: string; message: string; accepted: number }
  assert.deepEqual([code, accepted], ['SPILL_STOPPED', 2])
  assert.match(message, /is stopping.*the records before this were accepted$/)
  assert.match(first.body, /SPILL_STOPPED/)
  await running.stop()
})
