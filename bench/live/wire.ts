/**
 * A minimal HTTP/1.1 client: one kept connection with one request at a time. Minimal, since it shares the machine with the server under
 * test. It reads only answers with a length, which is what servers send here.
 */
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  /** Good until the next request. */
  readonly body: Buffer
}

const HEAD_END = '\r\n\r\n'

export class Wire {
  readonly #socket: Socket
  #got: Buffer | undefined
  /** Length of the whole answer, once its head is there. */
  #length = Infinity
  #bodyAt = 0
  #status = 0
  #failure: Error | undefined
  #waiting: PromiseWithResolvers<Answer> | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#take(chunk))
    socket.on('error', error => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server has closed the connection')))
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Wire(socket.off('error', reject))))
    })
  }

  get isClosed(): boolean {
    return this.#failure !== undefined
  }

  /** Sends a whole request of `getOf` or `postOf`. */
  ask(request: Buffer): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#waiting) return Promise.reject(new Error('one request at a time'))
    const waiting = Promise.withResolvers<Answer>()
    this.#waiting = waiting
    this.#socket.write(request)
    return waiting.promise
  }

  /** Sends a request, and reads the answer as JSON. Rejects for any status but 200. */
  async json(request: Buffer): Promise<unknown> {
    const { status, body } = await this.ask(request)
    if (status !== 200) throw new Error(`status ${status}: ${body.toString('utf8', 0, 500)}`)
    return JSON.parse(body.toString())
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    const got = this.#got ? Buffer.concat([this.#got, chunk]) : chunk
    this.#got = got
    if (this.#length === Infinity) this.#readHead(got)
    if (got.length < this.#length) return
    const body = got.subarray(this.#bodyAt, this.#length)
    const waiting = this.#waiting
    this.#got = this.#waiting = undefined
    this.#length = Infinity
    waiting?.resolve({ status: this.#status, body })
  }

  #readHead(got: Buffer): void {
    const end = got.indexOf(HEAD_END)
    if (end < 0) return
    const head = got.toString('latin1', 0, end)
    const length = /\ncontent-length: *(\d+)/i.exec(head)
    if (!length) return this.#fail(new Error(`an answer without a length: ${head}`))
    this.#status = Number(head.slice(9, 12))
    this.#bodyAt = end + HEAD_END.length
    this.#length = this.#bodyAt + Number(length[1])
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#waiting?.reject(error)
    this.#waiting = undefined
    this.#socket.destroy()
  }
}

const HOST = 'host: 127.0.0.1'

export const getOf = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\n${HOST}${HEAD_END}`)

export function postOf(path: string, body: string, type = 'application/json'): Buffer {
  const head = `POST ${path} HTTP/1.1\r\n${HOST}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}`
  return Buffer.from(`${head}${HEAD_END}${body}`)
}
