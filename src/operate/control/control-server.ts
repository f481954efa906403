/**
 * Serves the changes of operators at the control socket of a run: `spillway dlq`, `effects`, `jobs`, `models` and `alerts` connect to
 * it while the run holds the folder.
 *
 * Bounds: `CONTROL_CONNECTIONS_MAX` connections, one request at a time in each, `CONTROL_REQUEST_BYTES_MAX` bytes and
 * `CONTROL_REQUEST_MS` for a request. The server keeps no process alive.
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { callAfter, errorCodes, SpillwayError, type ErrorCode, limits } from '../../base/index.ts'
import { makePrivateFolder, PRIVATE_FILE } from '../../log/index.ts'
import { controlRequests, type ControlOperation } from './control-request.ts'
import { controlAddress, controlFolder, CONTROL_PROTOCOL, socketLines, type ControlAddress } from './control-socket.ts'
import type { RunControl } from './run-control.ts'

/** The control socket of one run. */
export class ControlServer {
  readonly #control: RunControl
  readonly #onError: (error: unknown) => void
  readonly #server: Server
  readonly #address: ControlAddress
  readonly #connections = new Set<Socket>()
  /** Connections whose request is being processed, each with the end of its answer. */
  readonly #busy = new Map<Socket, Promise<void>>()
  readonly #requestMs: number
  #isClosing = false

  private constructor(control: RunControl, address: ControlAddress, onError: (error: unknown) => void, requestMs: number) {
    this.#control = control
    this.#address = address
    this.#onError = onError
    this.#requestMs = requestMs
    this.#server = createServer(socket => void this.#accept(socket))
    this.#server.unref()
  }

  /**
   * Serves the control socket of a folder that this process holds. A socket that a killed run left is replaced. `requestMs` is for tests.
   *
   * @throws `SPILL_UNSUPPORTED` if the folder's path, contents or file system allow no socket.
   */
  static async open(
    data: string,
    control: RunControl,
    onError: (error: unknown) => void,
    requestMs: number = limits.CONTROL_REQUEST_MS,
  ): Promise<ControlServer> {
    let address: ControlAddress | undefined
    try {
      makePrivateFolder(controlFolder(data))
      address = controlAddress(data)
      rmSync(address.path, { force: true })
      const opened = new ControlServer(control, address, onError, requestMs)
      await opened.#listen()
      return opened
    } catch (error) {
      address?.release()
      if (error instanceof SpillwayError) throw error
      const problem = `there is no place for its control socket: ${(error as Error).message}`
      throw new SpillwayError('SPILL_UNSUPPORTED', problem, { cause: error })
    }
  }

  async #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(this.#address.path, resolve)
    await promise
    this.#server.off('error', reject).on('error', this.#onError)
    chmodSync(this.#address.path, PRIVATE_FILE)
  }

  /** Removes the socket at once, and takes no more requests. Resolves when the requests in progress are answered. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true
      this.#server.close()
      this.#address.release()
      for (const socket of this.#connections) if (!this.#busy.has(socket)) socket.destroy()
    }
    await Promise.all(this.#busy.values())
  }

  async #accept(socket: Socket): Promise<void> {
    // A client that is gone needs no answer.
    socket.on('error', () => {})
    const end = (text = ''): void => void socket.end(text, () => socket.destroy())
    const { size } = this.#connections
    if (size >= limits.CONTROL_CONNECTIONS_MAX) {
      const error = new SpillwayError('SPILL_OVERLOAD', `${size} clients are connected (CONTROL_CONNECTIONS_MAX); try again later`)
      return end(errorLine(error, this.#onError))
    }
    this.#connections.add(socket)
    socket.once('close', () => this.#connections.delete(socket))
    try {
      await this.#answerAll(socket)
      end()
    } catch (error) {
      // A client that went away in the middle of a request is no error.
      if (!socket.destroyed) end(errorLine(error, this.#onError))
    }
  }

  async #answerAll(socket: Socket): Promise<void> {
    let deadline = this.#deadline(socket)
    for await (const line of socketLines(socket, limits.CONTROL_REQUEST_BYTES_MAX)) {
      deadline.stop()
      const { promise: answered, resolve } = Promise.withResolvers<void>()
      this.#busy.set(socket, answered)
      const isFlushed = socket.write(await this.#answer(line))
      this.#busy.delete(socket)
      resolve()
      if (this.#isClosing) return
      deadline = this.#deadline(socket)
      if (!isFlushed && !socket.destroyed) await drained(socket)
    }
    deadline.stop()
  }

  /** Ends a connection that sends no whole request in time. */
  #deadline(socket: Socket): { stop(): void } {
    return callAfter(this.#requestMs, () => socket.destroy())
  }

  async #answer(line: string): Promise<string> {
    try {
      const { operation, by, request } = messageOf(line)
      const result = await (this.#control[operation] as (request: unknown, by: string) => Promise<unknown>)(
        controlRequests[operation](request),
        by,
      )
      return `${JSON.stringify({ result })}\n`
    } catch (error) {
      return errorLine(error, this.#onError)
    }
  }
}

/** Resolves when the client has taken the answers, or is gone. */
function drained(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.once('drain', resolve).once('close', resolve)
  return promise
}

interface ControlMessage {
  readonly operation: ControlOperation
  readonly by: string
  readonly request: unknown
}

/** Throws `SPILL_INPUT` for a line that is no request, `SPILL_UNSUPPORTED` for a different protocol. */
function messageOf(line: string): ControlMessage {
  let message: Partial<Record<'protocol' | 'operation' | 'by' | 'request', unknown>>
  try {
    message = Object(JSON.parse(line)) as typeof message
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `the request is not JSON: ${(error as Error).message}`)
  }
  const { protocol, operation, by, request } = message
  if (protocol !== CONTROL_PROTOCOL)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `the run speaks version ${CONTROL_PROTOCOL} of the control protocol; use the command of the version of Spillway that runs`,
    )
  if (typeof operation !== 'string' || !Object.hasOwn(controlRequests, operation))
    throw new SpillwayError('SPILL_INPUT', `there is no such operation; there are ${Object.keys(controlRequests).join(', ')}`)
  if (typeof by !== 'string' || !/^cli:.{1,100}$/.test(by)) throw new SpillwayError('SPILL_INPUT', '"by" names the operator: cli:NAME')
  return { operation: operation as ControlOperation, by, request }
}

/** Of an error without a code, which is a mistake of Spillway, the client learns no more than that. */
function errorLine(error: unknown, onError: (error: unknown) => void): string {
  const { code = '', message } = error as { code?: string; message: string }
  if (Object.hasOwn(errorCodes, code)) return `${JSON.stringify({ error: { code, message } })}\n`
  onError(error)
  const internal: ErrorCode = 'SPILL_ASSERT'
  return `${JSON.stringify({ error: { code: internal, message: 'internal error; the log of the run has the details' } })}\n`
}
