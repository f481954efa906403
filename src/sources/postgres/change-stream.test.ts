import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { mock, test } from 'node:test'
import type { Sql } from 'postgres'
import { limits } from '../../base/limits.ts'
import { ChangeStream } from './change-stream.ts'

const never = new AbortController().signal

/** The server's side: the status replies that it gets, and the messages that it sends. */
class Server extends Duplex {
  readonly replies: Buffer[] = []
  command = ''

  override _read(): void {}

  override _write(bytes: Buffer, _: unknown, done: () => void): void {
    this.replies.push(bytes)
    done()
  }

  get client(): Sql {
    const unsafe = (command: string) => {
      this.command = command
      return { writable: () => Promise.resolve(this) }
    }
    return { unsafe } as unknown as Sql
  }

  /** A message of the plugin. */
  data(text: string): void {
    this.push(Buffer.concat([Buffer.from('w'), Buffer.alloc(24), Buffer.from(text)]))
  }

  /** A keepalive: everything before this position has been sent. */
  alive(sent: bigint, asks: boolean): void {
    const bytes = Buffer.alloc(18)
    bytes.write('k')
    bytes.writeBigUInt64BE(sent, 1)
    bytes[17] = asks ? 1 : 0
    this.push(bytes)
  }

  /** The status replies so far. */
  get statuses(): [received: bigint, durable: bigint, asks: number][] {
    return this.replies.map(bytes => [bytes.readBigUInt64BE(1), bytes.readBigUInt64BE(9), bytes[33]])
  }
}

const texts = (messages: readonly Buffer[] = []): string[] => messages.map(String)

test('messages come in order, and the server gets the durable position on request', async () => {
  const server = new Server()
  const far = 6n << 32n
  const stream = await ChangeStream.open(server.client, 's', 'p', (5n << 32n) | 7n)
  assert.equal(server.command, `START_REPLICATION SLOT "s" LOGICAL 5/7 (proto_version '1', publication_names '"p"')`)
  server.data('a')
  server.data('b')
  assert.deepEqual(texts((await stream.next(never))!.messages), ['a', 'b'])
  server.alive(far, true)
  assert.deepEqual(await stream.next(never), { messages: [], sent: far })
  stream.confirm((5n << 32n) | 8n)
  stream.confirm(3n)
  stream.close()
  assert.deepEqual(server.statuses, [
    [far, (5n << 32n) | 7n, 0],
    [far, (5n << 32n) | 8n, 0],
  ])
})

test('messages that are not read stay with the server', async () => {
  const server = new Server()
  const stream = await ChangeStream.open(server.client, 's', 'p', 0n)
  const large = 'x'.repeat(limits.POSTGRES_PAGE_BYTES)
  for (const text of [large, 'b', 'c']) server.data(text)
  const all: string[] = []
  while (all.length < 1) all.push(...texts((await stream.next(never))!.messages))
  server.data(large)
  while (all.length < 4) {
    all.push(...texts((await stream.next(never))!.messages))
  }
  assert.deepEqual(
    all.map(text => text.length),
    [large.length, 1, 1, large.length],
  )
  server.data(`${large}y`)
  server.data('z')
  await new Promise(resolve => setImmediate(resolve))
  assert.ok(server.isPaused())
  stream.close()
})

test('a signal ends waiting; silence, an error and a closed connection are failures', async () => {
  const stop = new AbortController()
  const quiet = await ChangeStream.open(new Server().client, 's', 'p', 0n)
  const waiting = quiet.next(stop.signal)
  stop.abort()
  assert.equal(await waiting, undefined)
  quiet.close()

  mock.timers.enable({ apis: ['setInterval'] })
  const server = new Server()
  const silent = await ChangeStream.open(server.client, 's', 'p', 0n, -1)
  mock.timers.tick(limits.POSTGRES_STATUS_MS)
  await assert.rejects(silent.next(never), { code: 'CONNECTION_CLOSED', message: 'the server is silent' })
  assert.deepEqual(server.statuses, [[0n, 0n, 1]], 'it was asked for an answer')
  mock.timers.reset()

  for (const error of [new Error('broken'), undefined]) {
    const ending = new Server()
    const stream = await ChangeStream.open(ending.client, 's', 'p', 0n)
    ending.destroy(error)
    await assert.rejects(stream.next(never), error ?? { code: 'CONNECTION_CLOSED' })
  }
})
