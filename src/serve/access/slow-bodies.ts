/**
 * Bodies that come too slowly are cut off: a client that holds its last byte back would have the memory of the rest for as long as a request may take.
 *
 * A body has a credit of time that falls while the server waits for it, and rises with each byte. Time in which the server itself does not read, since the run
 * takes no more, does not count. Nothing is done for a byte: the socket counts them, and all bodies are looked at once a second.
 */
import type { IncomingMessage } from 'node:http'
import { every, stopwatch, type Clock } from '../../base/clock.ts'
import { ServeError } from '../http/serve-error.ts'

export interface BodyRate {
  /** Bytes a second, at least. */
  readonly bodyBytesPerS: number
  /** Milliseconds that a body may be behind. */
  readonly bodyGraceMs: number
  readonly bodyLookMs: number
}

/** A body that is being read. */
export class BodyWatch {
  readonly request: IncomingMessage
  readonly #clock: Clock
  #since: number | undefined
  #waited = 0
  #bytes: number
  #credit: number

  constructor(request: IncomingMessage, credit: number, clock: Clock) {
    this.request = request
    this.#clock = clock
    this.#credit = credit
    this.#bytes = request.socket.bytesRead
    this.#since = clock()
  }

  /** The server waits for more of the body from now on. */
  waits(): void {
    this.#since ??= this.#clock()
  }

  /** The server does not wait for more of it. */
  works(): void {
    this.#waited += this.#passed()
    this.#since = undefined
  }

  /** Counts what came and how long was waited since the last look. Is the body too slow? */
  isTooSlow({ bodyBytesPerS, bodyGraceMs }: BodyRate): boolean {
    const { bytesRead } = this.request.socket
    const gained = ((bytesRead - this.#bytes) / bodyBytesPerS) * 1000
    const waited = this.#waited + this.#passed()
    if (this.#since !== undefined) this.#since = this.#clock()
    this.#waited = 0
    this.#bytes = bytesRead
    this.#credit = Math.min(bodyGraceMs, this.#credit + gained - waited)
    return this.#credit < 0
  }

  #passed(): number {
    return this.#since === undefined ? 0 : this.#clock() - this.#since
  }
}

export class SlowBodies {
  readonly #rate: BodyRate
  readonly #clock: Clock
  readonly #watched = new Set<BodyWatch>()
  readonly #looking: { stop(): void }

  constructor(rate: BodyRate, clock: Clock = stopwatch) {
    this.#rate = rate
    this.#clock = clock
    this.#looking = every(rate.bodyLookMs, () => this.look())
  }

  watch(request: IncomingMessage): BodyWatch {
    const watch = new BodyWatch(request, this.#rate.bodyGraceMs, this.#clock)
    // A request that was injected has no socket that counts.
    if (request.socket.bytesRead !== undefined) this.#watched.add(watch)
    return watch
  }

  /** The body is whole, or nobody reads it any more. */
  done(watch: BodyWatch): void {
    this.#watched.delete(watch)
  }

  look(): void {
    for (const watch of this.#watched)
      if (watch.isTooSlow(this.#rate)) {
        this.#watched.delete(watch)
        breakOff(watch.request, tooSlow(this.#rate))
      }
  }

  close(): void {
    this.#looking.stop()
  }
}

const tooSlow = ({ bodyBytesPerS }: BodyRate): ServeError =>
  new ServeError(
    'SPILL_INPUT',
    `the body came too slowly: less than ${bodyBytesPerS} bytes a second on average (HTTP_BODY_BYTES_PER_S_MIN); send what there is, and the rest in a further request`,
    { status: 408, headers: { connection: 'close' } },
  )

/** Ends the reading of a body with an error. Whoever reads it tells the client; where nobody does yet, there is only the connection to end. */
export function breakOff(request: IncomingMessage, error: ServeError): void {
  if (request.complete) return
  if (request.listenerCount('error') > 0) request.emit('error', error)
  else request.destroy()
}
