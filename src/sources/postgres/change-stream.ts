/**
 * The message stream of a slot, and the status replies: they tell the server up to where changes are durable, so that it may discard its
 * log.
 *
 * Memory is bounded: once POSTGRES_PAGE_BYTES wait, the stream is paused and further messages stay with the server. The stream regularly
 * requests a reply from the server, and fails if none comes.
 */
import type { Duplex } from 'node:stream'
import type { Sql } from 'postgres'
import { callEvery, stopwatch, wallClock, limits } from '../../base/index.ts'
import { lsnText, type Lsn } from './pgoutput.ts'
import { connectionLost } from './retry.ts'

const XLOG_DATA = 0x77
const KEEPALIVE = 0x6b
const STATUS = 0x72
const EPOCH_2000_MS = 946_684_800_000
/** Header before a plugin message: kind, two log positions, the server's clock. */
const HEADER_BYTES = 25

/** Plugin messages in order, and the server's position in its log at that time. */
export interface StreamBatch {
  readonly messages: readonly Buffer[]
  /** All transactions committed before it have been sent. */
  readonly sent: Lsn
}

export class ChangeStream {
  readonly #stream: Duplex
  readonly #statusTimer: { stop(): void }
  readonly #silenceMs: number
  #messages: Buffer[] = []
  #bytes = 0
  #sent: Lsn = 0n
  /** The position that `next` returned last. */
  #reported: Lsn = 0n
  #isStatusDue = false
  #durable: Lsn
  #lastHeard = stopwatch()
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => {}

  private constructor(stream: Duplex, from: Lsn, silenceMs: number) {
    this.#stream = stream
    this.#silenceMs = silenceMs
    this.#durable = from
    this.#statusTimer = callEvery(limits.POSTGRES_STATUS_MS, () => this.#onStatusTimer())
    stream.on('data', (bytes: Buffer) => this.#receive(bytes))
    stream.on('error', (error: unknown) => this.#fail(error))
    stream.on('close', () => this.#fail(connectionLost('the server closed the connection')))
  }

  /** Opens the stream at a position; `replication` must not be used for anything else afterwards. */
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

  /**
   * The messages since the last call, or the next ones; empty after a status interval without any. `undefined` at the signal. Throws when
   * the stream fails.
   */
  async next(signal: AbortSignal): Promise<StreamBatch | undefined> {
    while (this.#messages.length === 0) {
      if (signal.aborted) return undefined
      if (this.#failure) throw this.#failure.error
      if (this.#isStatusDue || this.#sent !== this.#reported) break
      await this.#waitForEvent(signal)
    }
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    this.#reported = this.#sent
    this.#isStatusDue = false
    this.#stream.resume()
    return { messages, sent: this.#reported }
  }

  /** Tells the server that it need not keep the log before `durable`. */
  confirm(durable: Lsn): void {
    if (durable > this.#durable) this.#durable = durable
  }

  close(): void {
    this.#sendStatus(false)
    this.#statusTimer.stop()
  }

  #waitForEvent(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        signal.removeEventListener('abort', this.#wake)
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
  }

  #receive(bytes: Buffer): void {
    this.#lastHeard = stopwatch()
    if (bytes[0] === XLOG_DATA) {
      const message = bytes.subarray(HEADER_BYTES)
      this.#messages.push(message)
      this.#bytes += message.length
      if (this.#bytes > limits.POSTGRES_PAGE_BYTES) this.#stream.pause()
    } else if (bytes[0] === KEEPALIVE) {
      this.#sent = bytes.readBigUInt64BE(1)
      if (bytes[17] === 1) this.#sendStatus(false)
    }
    this.#wake()
  }

  #onStatusTimer(): void {
    this.#sendStatus(true)
    this.#isStatusDue = true
    this.#wake()
    // A paused stream hears nothing.
    if (this.#stream.isPaused()) this.#lastHeard = stopwatch()
    if (stopwatch() - this.#lastHeard > this.#silenceMs) this.#fail(connectionLost('the server is silent'))
  }

  #sendStatus(requestReply: boolean): void {
    if (this.#failure || this.#stream.destroyed) return
    const message = Buffer.alloc(34)
    message[0] = STATUS
    // Received, durable, applied. A client that reports less than was sent gets reply requests without pause.
    message.writeBigUInt64BE(this.#sent > this.#durable ? this.#sent : this.#durable, 1)
    message.writeBigUInt64BE(this.#durable, 9)
    message.writeBigUInt64BE(this.#durable, 17)
    message.writeBigInt64BE(BigInt(wallClock() - EPOCH_2000_MS) * 1000n, 25)
    message[33] = requestReply ? 1 : 0
    this.#stream.write(message)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#statusTimer.stop()
    this.#wake()
  }
}
