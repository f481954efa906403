/**
 * The stream of a slot's messages, and what is said back: how far changes are durable, so that the server may throw its log away up to there.
 *
 * Memory is bounded: what was not taken yet stays with the server once POSTGRES_PAGE_BYTES wait. The server is asked for an answer all the time, and
 * the stream fails when none comes.
 */
import type { Duplex } from 'node:stream'
import type { Sql } from 'postgres'
import { every, stopwatch, wallClock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { lsnText, type Lsn } from './lsn.ts'

const XLOG_DATA = 0x77
const KEEPALIVE = 0x6b
const STATUS = 0x72
const EPOCH_2000_MS = 946_684_800_000
/** Before the message of the plugin: kind, two places in the log, the server's clock. */
const HEADER_BYTES = 25

/** What came: messages of the plugin in order, and how far the server has read its log by then. */
export interface Stretch {
  readonly messages: readonly Buffer[]
  /** Everything that committed before it has been sent. */
  readonly sent: Lsn
}

export class ChangeStream {
  readonly #stream: Duplex
  readonly #status: { stop(): void }
  readonly #silenceMs: number
  #messages: Buffer[] = []
  #bytes = 0
  #sent: Lsn = 0n
  /** What `take` has said of it. */
  #told: Lsn = 0n
  #hasBeaten = false
  #durable: Lsn
  #heard = stopwatch()
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => {}

  private constructor(stream: Duplex, from: Lsn, silenceMs: number) {
    this.#stream = stream
    this.#silenceMs = silenceMs
    this.#durable = from
    this.#status = every(limits.POSTGRES_STATUS_MS, () => this.#beat())
    stream.on('data', (bytes: Buffer) => this.#received(bytes))
    stream.on('error', (error: unknown) => this.#fail(error))
    stream.on('close', () => this.#fail(lost('the server closed the connection')))
  }

  /** Changes from a place on; `replication` is used for nothing else from now on. */
  static async open(
    replication: Sql,
    slot: string,
    publication: string,
    from: Lsn,
    silenceMs: number = limits.POSTGRES_SILENCE_MS,
  ): Promise<ChangeStream> {
    const start = `START_REPLICATION SLOT "${slot}" LOGICAL ${lsnText(from)} (proto_version '1', publication_names '"${publication}"')`
    return new ChangeStream((await replication.unsafe(start).writable()) as Duplex, from, silenceMs)
  }

  /** What has come since the last call, or comes next, and nothing new some time later. `undefined` when the signal comes. Throws when the stream fails. */
  async take(signal: AbortSignal): Promise<Stretch | undefined> {
    while (this.#messages.length === 0) {
      if (signal.aborted) return undefined
      if (this.#failure) throw this.#failure.error
      if (this.#hasBeaten || this.#sent !== this.#told) break
      await this.#something(signal)
    }
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    this.#told = this.#sent
    this.#hasBeaten = false
    this.#stream.resume()
    return { messages, sent: this.#told }
  }

  /** From now on the server need not keep what is before. */
  confirm(durable: Lsn): void {
    if (durable > this.#durable) this.#durable = durable
  }

  close(): void {
    this.#say(false)
    this.#status.stop()
  }

  #something(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        signal.removeEventListener('abort', this.#wake)
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
  }

  #received(bytes: Buffer): void {
    this.#heard = stopwatch()
    if (bytes[0] === XLOG_DATA) {
      const message = bytes.subarray(HEADER_BYTES)
      this.#messages.push(message)
      this.#bytes += message.length
      if (this.#bytes > limits.POSTGRES_PAGE_BYTES) this.#stream.pause()
    } else if (bytes[0] === KEEPALIVE) {
      this.#sent = bytes.readBigUInt64BE(1)
      if (bytes[17] === 1) this.#say(false)
    }
    this.#wake()
  }

  #beat(): void {
    this.#say(true)
    this.#hasBeaten = true
    this.#wake()
    // While it is held back nothing can be heard.
    if (this.#stream.isPaused()) this.#heard = stopwatch()
    if (stopwatch() - this.#heard > this.#silenceMs) this.#fail(lost('the server is silent'))
  }

  #say(asks: boolean): void {
    if (this.#failure || this.#stream.destroyed) return
    const message = Buffer.alloc(34)
    message[0] = STATUS
    // Received, durable, applied. Who has received less than was sent is asked for an answer without a pause.
    message.writeBigUInt64BE(this.#sent > this.#durable ? this.#sent : this.#durable, 1)
    message.writeBigUInt64BE(this.#durable, 9)
    message.writeBigUInt64BE(this.#durable, 17)
    message.writeBigInt64BE(BigInt(wallClock() - EPOCH_2000_MS) * 1000n, 25)
    message[33] = asks ? 1 : 0
    this.#stream.write(message)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#status.stop()
    this.#wake()
  }
}

const lost = (message: string): Error => Object.assign(new Error(message), { code: 'CONNECTION_CLOSED' })
