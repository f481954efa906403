import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { listen } from '../../test/action/receiver.ts'
import { getOf, postOf, Wire } from './wire.ts'

/** Sends these pieces, one in each turn of the event loop, to each request, and closes the connection without any. */
let pieces: readonly string[] = []
const requests: string[] = []
const server = createServer(socket => {
  socket.on('error', () => {})
  socket.on('data', request => {
    requests.push(request.toString())
    if (pieces.length === 0) socket.destroy()
    const [...left] = pieces
    const send = (): void => {
      const piece = left.shift()
      if (piece === undefined) return
      socket.write(piece)
      setImmediate(send)
    }
    send()
  })
})
const port = await listen(server)
after(() => server.close())

test('reassembles responses from pieces of any size, one after another on a connection', async () => {
  const wire = await Wire.open(port)
  const answer = 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 7\r\n\r\n{"a":1}'
  for (const cut of [[answer], [answer.slice(0, 5), answer.slice(5, 40), answer.slice(40, 66), answer.slice(66)], answer.split('')]) {
    pieces = cut
    assert.deepEqual(await wire.json(getOf('/a')), { a: 1 })
  }
  pieces = ['HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n']
  assert.equal((await wire.ask(getOf('/b'))).status, 404)
  await assert.rejects(wire.json(getOf('/b')), /status 404/)
  wire.close()
})

test('formats requests as HTTP/1.1', async () => {
  const wire = await Wire.open(port)
  pieces = ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}']
  requests.length = 0
  await wire.ask(postOf('/c', '"é"'))
  assert.deepEqual(requests, ['POST /c HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n"é"'])
  wire.close()
})

test('a response without a length, a concurrent second request and a closed connection are errors', async () => {
  const wire = await Wire.open(port)
  pieces = ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n']
  const first = assert.rejects(wire.ask(getOf('/')), /without a length/)
  await assert.rejects(wire.ask(getOf('/')), /one request at a time/)
  await first
  await assert.rejects(wire.ask(getOf('/')), /without a length/)
  pieces = []
  const other = await Wire.open(port)
  await assert.rejects(other.ask(getOf('/')), /closed the connection/)
})
