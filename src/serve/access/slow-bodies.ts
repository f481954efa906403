/**
 * Aborts request bodies that come too slowly. A client that withholds its last byte would otherwise hold the memory of the rest for as
 * long as a request may take.
 *
 * A body has a credit of time, which falls while the server waits for it and rises with each byte. Time in which the server itself does
 * not read does not count. There is no cost for a byte: the socket counts them, and a timer checks all bodies each `bodyLookMs`.
 */
import type { IncomingMessage } from 'node:http'
import { callEvery, stopwatch, type Clock } from '../../base/index.ts'
import { ServeError } from '../http/serve-error.ts'

/** The rate that bodies need. */
export interface BodyRate {
  /** Least average rate, in bytes a second. */
  readonly bodyBytesPerS: number
  /** Milliseconds that a body may fall behind this rate. */
  readonly bodyGraceMs: number
  /** Milliseconds between two checks. */
  readonly bodyLookMs: number
}

/** The progress of one body. */
export type BodyWatch = ReturnType<typeof watchBody>

function watchBody(request: IncomingMessage, { bodyBytesPerS, bodyGraceMs }: BodyRate, clock: Clock) {
  /** Clock time since which the server waits for bytes; absent while it works. */
  let since: number | undefined = clock()
  let waited = 0
  let bytes = request.socket.bytesRead
  let credit = bodyGraceMs
  const passed = (): number => (since === undefined ? 0 : clock() - since)
  return {
    request,
    /** Begins to count time: the server waits for more of the body. */
    startWait: (): void => void (since ??= clock()),
    /** Stops counting time: the server works on the bytes that it has. */
    stopWait(): void {
      waited += passed()
      since = undefined
    },
    /** Updates the credit with the bytes and the waiting time since the last call. Is the body too slow? */
    isTooSlow(): boolean {
      const { bytesRead } = request.socket
      const gained = ((bytesRead - bytes) / bodyBytesPerS) * 1000
      credit = Math.min(bodyGraceMs, credit + gained - waited - passed())
      if (since !== undefined) since = clock()
      waited = 0
      bytes = bytesRead
      return credit < 0
    },
  }
}

/** All bodies that the server reads at present. */
export class SlowBodies {
  readonly #rate: BodyRate
  readonly #clock: Clock
  readonly #watches = new Set<BodyWatch>()
  readonly #timer: { stop(): void }

  constructor(rate: BodyRate, clock: Clock = stopwatch) {
    this.#rate = rate
    this.#clock = clock
    this.#timer = callEvery(rate.bodyLookMs, () => this.check())
  }

  /** Begins to watch a request's body. */
  watch(request: IncomingMessage): BodyWatch {
    const watch = watchBody(request, this.#rate, this.#clock)
    // An injected request has no socket that counts bytes.
    if (request.socket.bytesRead !== undefined) this.#watches.add(watch)
    return watch
  }

  /** Ends the watch: the body is complete, or nobody reads it any more. */
  unwatch(watch: BodyWatch): void {
    this.#watches.delete(watch)
  }

  /** Aborts the bodies that are too slow. */
  check(): void {
    for (const watch of this.#watches)
      if (watch.isTooSlow()) {
        this.#watches.delete(watch)
        abortBody(watch.request, slowBodyError(this.#rate))
      }
  }

  close(): void {
    this.#timer.stop()
  }
}

const slowBodyError = ({ bodyBytesPerS }: BodyRate): ServeError =>
  new ServeError(
    'SPILL_INPUT',
    `the body came too slowly: less than ${bodyBytesPerS} bytes a second on average (HTTP_BODY_BYTES_PER_S_MIN); send what there is, and the rest in a further request`,
    { status: 408, headers: { connection: 'close' } },
  )

/** Ends the reading of a body with an error, which its reader answers with. Without a reader it closes the connection. */
export function abortBody(request: IncomingMessage, error: ServeError): void {
  if (request.complete) return
  if (request.listenerCount('error') > 0) request.emit('error', error)
  else request.destroy()
}
