import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { listen } from '../../test/action/receiver.ts'
import { Poster } from './poster.ts'

/** Requests under way, with how to answer them. */
let responses: ServerResponse[] = []
let connections = 0
const server = createServer((_: IncomingMessage, response) => void responses.push(response))
server.on('connection', () => connections++)
const url = `http://127.0.0.1:${await listen(server)}`
after(() => server.close())

async function nextResponses(count: number): Promise<ServerResponse[]> {
  while (responses.length < count) await pause(1)
  return responses.splice(0)
}

const say = (response: ServerResponse, value: unknown, status = 200): unknown =>
  response.writeHead(status, { 'content-length': JSON.stringify(value).length }).end(JSON.stringify(value))

test('sends one request a connection at a time and keeps the connections; further requests wait in order', async () => {
  const poster = new Poster(url, 2)
  const posted = [1, 2, 3].map(n => poster.post('/', String(n)))
  const [first, second] = await nextResponses(2)
  say(second, 'b')
  assert.deepEqual(await posted[1], { answer: 'b' })
  const [third] = await nextResponses(1)
  say(first, 'a')
  say(third, 'c', 429)
  assert.deepEqual(await Promise.all(posted), [{ answer: 'a' }, { answer: 'b' }, { failed: '429: "c"' }])
  assert.equal(connections, 2)
})

test('a broken connection fails only its own request; waiting and later requests use a new connection', async () => {
  const poster = new Poster(url, 1)
  const posted = [1, 2].map(n => poster.post('/', String(n)))
  const [first] = await nextResponses(1)
  first.destroy()
  assert.match(JSON.stringify(await posted[0]), /failed.*closed/)
  const [second] = await nextResponses(1)
  say(second, 'b')
  assert.deepEqual(await posted[1], { answer: 'b' })
  server.closeIdleConnections()
  await pause(20)
  const later = poster.post('/', '3')
  say((await nextResponses(1))[0], 'c')
  assert.deepEqual(await later, { answer: 'c' })
})

test('each request to an unreachable server fails', async () => {
  const poster = new Poster('http://127.0.0.1:1', 1)
  for (const body of ['1', '2']) assert.match(JSON.stringify(await poster.post('/', body)), /failed.*ECONNREFUSED/)
})
