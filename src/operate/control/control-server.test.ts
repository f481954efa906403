/** The control socket: its owner alone reaches it, every request is answered, and no client harms the run or another client. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { connectControl } from './open-control.ts'
import { ControlServer } from './control-server.ts'
import { controlAddress } from './control-socket.ts'
import type { RunControl } from './run-control.ts'

/** Records the calls, and answers with them. */
class Recorder implements RunControl {
  readonly calls: unknown[] = []
  /** Awaited by each call. */
  gate: Promise<void> = Promise.resolve()
  editDeadLetter = (edit: unknown, by: string) => this.#call({ version: 'v2' }, edit, by)
  replayDeadLetters = (replay: unknown, by: string) => this.#call({ letters: [], omitted: [] }, replay, by)
  dropDeadLetters = (drop: unknown, by: string) => this.#call({ settled: 7 }, drop, by)
  retryEffects = (retry: unknown, by: string) => this.#call({}, retry, by)
  cancelJob = (cancellation: unknown, by: string) => this.#call({}, cancellation, by)
  promoteModel = (promotion: unknown, by: string) => this.#call({ version: 3, waitsForRun: false }, promotion, by)
  editAlert = (): Promise<never> => Promise.reject(new Error('no alert'))
  dropEffects = (): Promise<never> => Promise.reject(new Error('a mistake in the run'))

  async #call<T>(result: T, request: unknown, by: string): Promise<T> {
    this.calls.push([request, by])
    await this.gate
    return result
  }
}

let folders = 0
async function serve(data = scratchFolder(`control-${folders++}`), requestMs?: number) {
  const control = new Recorder()
  const errors: unknown[] = []
  const server = await ControlServer.open(data, control, error => errors.push(error), requestMs)
  after(() => server.close())
  return { data, control, errors, server, path: join(data, 'run-control', 'socket') }
}

/** Sends text, and resolves with what came until the server closed the connection. */
function sent(path: string, text: string | Buffer, { ends = true } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let answer = ''
    socket.on('data', chunk => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', error => ((error as NodeJS.ErrnoException).code === 'EPIPE' ? undefined : reject(error)))
    if (ends) socket.end(text)
    else socket.write(text)
  })
}

const message = (more: object): string =>
  `${JSON.stringify({ protocol: 2, operation: 'retryEffects', by: 'cli:ann', request: { numbers: [1] }, ...more })}\n`

test('a client calls each operation, one after another, and gets results and errors', async () => {
  const { data, control, errors } = await serve()
  const client = await connectControl(data)
  const edit = { id: 1, version: 'v', raw: 'é\n\u2028'.repeat(100_000) }
  assert.deepEqual(await client.editDeadLetter(edit, 'cli:ann'), { version: 'v2' })
  assert.deepEqual(await client.replayDeadLetters({ ids: [1] }, 'cli:bob'), { letters: [], omitted: [] })
  assert.deepEqual(await client.dropDeadLetters({ ids: [1], why: 'x' }, 'cli:ann'), { settled: 7 })
  assert.deepEqual(await client.retryEffects({ numbers: [1] }, 'cli:ann'), {})
  assert.deepEqual(await client.cancelJob({ kind: 'report', name: 'list' }, 'cli:ann'), {})
  const promoted = await client.promoteModel({ model: 'fraud', version: 'previous' }, 'cli:ann')
  assert.deepEqual(promoted, { version: 3, waitsForRun: false })
  assert.deepEqual(control.calls[0], [edit, 'cli:ann'])
  assert.equal(control.calls.length, 6)
  await assert.rejects(client.replayDeadLetters({ ids: [] }, 'cli:ann'), { code: 'SPILL_INPUT', message: /^"ids" has 0 numbers/ })
  await assert.rejects(client.dropEffects({ numbers: [1], why: 'x' }, 'cli:ann'), { code: 'SPILL_ASSERT', message: /^internal error/ })
  assert.deepEqual(errors.map(String), ['Error: a mistake in the run'], 'the run reports it, the client does not learn it')
  client.close()
})

test('only the owner reaches the socket, and it is gone after the end', async () => {
  const { data, path, server } = await serve()
  assert.equal(statSync(join(data, 'run-control')).mode & 0o777, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await server.close()
  assert.equal(existsSync(path), false)
  await assert.rejects(connectControl(data), { code: 'ENOENT' })
})

test('a socket that a killed run left is replaced', async () => {
  const data = scratchFolder('control-left')
  mkdirSync(join(data, 'run-control'))
  writeFileSync(join(data, 'run-control', 'socket'), '')
  await assert.rejects(connectControl(data), { code: 'ECONNREFUSED' })
  const { path } = await serve(data)
  assert.equal(await sent(path, message({})), '{"result":{}}\n')
})

test('a folder whose path is longer than a path of a socket', { skip: process.platform !== 'linux' }, async () => {
  const data = join(scratchFolder('control-long'), 'x'.repeat(120), 'y'.repeat(120))
  mkdirSync(data, { recursive: true })
  const { server } = await serve(data)
  const client = await connectControl(data)
  assert.deepEqual(await client.retryEffects({ numbers: [1] }, 'cli:ann'), {})
  client.close()
  await server.close()
  assert.equal(existsSync(join(data, 'run-control', 'socket')), false)
  assert.ok(Buffer.byteLength(controlAddress(data).path) < 100)
})

for (const [name, text, answer] of [
  ['no JSON', 'hello\n', /^\{"error":\{"code":"SPILL_INPUT","message":"the request is not JSON: /],
  ['no object', 'null\n', /"code":"SPILL_UNSUPPORTED"/],
  ['an empty line', '\n', /the request is not JSON/],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x0a]), /the request is not JSON/],
  ['a different protocol', message({ protocol: 1 }), /"SPILL_UNSUPPORTED","message":"the run speaks version 2 of the control protocol; /],
  ['an unknown operation', message({ operation: 'constructor' }), /there is no such operation; there are editDeadLetter, /],
  ['no operation', message({ operation: undefined }), /there is no such operation/],
  ['a nameless operator', message({ by: 'cli:' }), /\\"by\\" names the operator: cli:NAME/],
  ['a forged operator', message({ by: 'token:root' }), /\\"by\\" names the operator/],
  ['an operator of two lines', message({ by: 'cli:a\nb' }), /\\"by\\" names the operator/],
  ['a wrong request', message({ request: { number: 1 } }), /there is no field 'number' here/],
] as const)
  test(`a request that is rejected: ${name}; the connection goes on`, async () => {
    const { path, control } = await serve()
    const lines = (await sent(path, Buffer.concat([Buffer.from(text), Buffer.from(message({}))]))).split('\n')
    assert.match(lines[0], answer)
    assert.deepEqual(lines.slice(1), ['{"result":{}}', ''])
    assert.equal(control.calls.length, 1)
  })

test('a request that is too long is rejected, and its connection ends; half a request is none', async () => {
  const { path, control } = await serve()
  const answer = await sent(path, Buffer.alloc(limits.CONTROL_REQUEST_BYTES_MAX + 2, 0x20), { ends: false })
  assert.match(answer, /^\{"error":\{"code":"SPILL_LIMIT","message":"a message at a control socket is a line of at most \d+ bytes"\}\}\n$/)
  assert.equal(await sent(path, message({}).slice(0, -1)), '')
  assert.equal(control.calls.length, 0)
})

test('a client that goes away in the middle of a request, or before its answer, is no error', async () => {
  const { path, control, errors } = await serve()
  for (const text of ['', '{', message({}), message({}) + message({})])
    await new Promise<void>(closed => {
      const socket = connect(path)
      socket.on('error', () => {})
      socket.once('close', () => closed())
      socket.write(text, () => socket.destroy())
    })
  assert.equal(await sent(path, message({})), '{"result":{}}\n')
  assert.deepEqual(errors, [])
  assert.ok(control.calls.length >= 1)
})

test('connections are limited in number; a place that becomes free is given to the next', async t => {
  const { path, data } = await serve()
  const idle: Socket[] = []
  t.after(() => idle.forEach(socket => socket.destroy()))
  for (let i = 0; i < limits.CONTROL_CONNECTIONS_MAX; i++) {
    const socket = connect(path)
    idle.push(socket)
    await new Promise(connected => socket.once('connect', connected))
  }
  assert.match(await sent(path, '', { ends: false }), /"SPILL_OVERLOAD","message":"16 clients are connected \(CONTROL_CONNECTIONS_MAX\)/)
  const first = idle[0]
  first.destroy()
  for (;;) {
    const client = await connectControl(data)
    const result = await client.retryEffects({ numbers: [1] }, 'cli:ann').catch((error: SpillwayError) => error.code)
    client.close()
    if (typeof result === 'object') break
    assert.equal(result, 'SPILL_OVERLOAD')
  }
})

test('a connection that sends no whole request in time is closed, and a request in progress has as long as it takes', async () => {
  const { path, control } = await serve(undefined, 5)
  assert.equal(await sent(path, '', { ends: false }), '')
  assert.equal(await sent(path, '{', { ends: false }), '')
  const { promise, resolve } = Promise.withResolvers<void>()
  control.gate = promise
  const slow = sent(path, message({}), { ends: false })
  await new Promise(later => setTimeout(later, 20))
  resolve()
  assert.equal(await slow, '{"result":{}}\n')
})

test('at the end a request in progress is answered, and nothing is taken any more', async () => {
  const { path, control, server } = await serve()
  const { promise, resolve } = Promise.withResolvers<void>()
  control.gate = promise
  const busy = sent(path, message({}) + message({}), { ends: false })
  const idle = sent(path, '', { ends: false })
  while (control.calls.length === 0) await new Promise(turn => setImmediate(turn))
  const closed = server.close()
  assert.equal(existsSync(path), false, 'another run can listen at once')
  assert.equal(await idle, '')
  resolve()
  await closed
  assert.equal(await busy, '{"result":{}}\n')
  assert.equal(control.calls.length, 1)
})

test('a run that ends before it answers leaves the change unknown', async () => {
  const data = scratchFolder('control-ends')
  mkdirSync(join(data, 'run-control'))
  const server = createServer(socket => socket.once('data', () => socket.destroy())).listen(join(data, 'run-control', 'socket'))
  await new Promise(listening => server.once('listening', listening))
  const client = await connectControl(data)
  await assert.rejects(client.retryEffects({ numbers: [1] }, 'cli:ann'), {
    code: 'SPILL_STOPPED',
    message: /^the run ended before it answered/,
  })
  await new Promise(closed => server.close(closed))
})

test('a folder that can hold no socket is an error that says so', async () => {
  const message = /^there is no place for its control socket: /
  const data = scratchFolder('control-none')
  mkdirSync(join(data, 'run-control', 'socket', 'x'), { recursive: true })
  await assert.rejects(serve(data), { code: 'SPILL_UNSUPPORTED', message })
  const other = scratchFolder('control-file')
  writeFileSync(join(other, 'run-control'), '')
  await assert.rejects(serve(other), { code: 'SPILL_UNSUPPORTED', message })
})
