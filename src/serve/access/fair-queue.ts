/**
 * Fair queue for work that blocks the event loop for milliseconds: parsing a large body, reading the features of a thousand keys.
 *
 * Work is done in slices of `SERVE_AT_ONCE_MS`; between two slices the event loop serves all other callbacks. In a slice, clients are
 * served round robin, one piece each, and while nobody waits the next piece starts at once. So a single request waits for at most one
 * piece of each other client. Without competitors a piece costs one look at the clock.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { yieldToEventLoop, stopwatch, type Clock, limits } from '../../base/index.ts'
import { clientKey } from './budget.ts'

/** Microtasks between the grant of a turn and the end of its work: the work may stand behind several generators. */
const MICROTASKS = 32

/** The queue of one server. */
export class FairQueue {
  readonly #clock: Clock
  /** Waiting callers by client; clients in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>()
  /** Start of the slice. */
  #began = 0
  /** `idle`: no slice has begun. `busy`: a piece is being worked on. `free`: a slice has begun, and its pieces have ended. */
  #state: 'idle' | 'busy' | 'free' = 'idle'

  constructor(clock: Clock = stopwatch) {
    this.#clock = clock
  }

  /**
   * Resolves when the client may do one piece of work: at once if nobody works or waits and the slice has time left. The caller must
   * begin within `MICROTASKS` microtasks.
   */
  waitForTurn(client: string): Promise<void> {
    if (this.#state === 'idle') {
      void this.#serveSlices()
      return Promise.resolve()
    }
    if (this.#state === 'free' && !this.#isTimeUp) {
      void this.#serveWaiting()
      return Promise.resolve()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const own = this.#waiting.get(client)
    if (own) own.push(resolve)
    else this.#waiting.set(client, [resolve])
    return promise
  }

  get #isTimeUp(): boolean {
    return this.#clock() - this.#began >= limits.SERVE_AT_ONCE_MS
  }

  /** Serves in slices, until a slice ends and nobody waits. The first piece of the first slice has been granted. */
  async #serveSlices(): Promise<void> {
    this.#began = this.#clock()
    void this.#serveWaiting()
    await yieldToEventLoop()
    while (this.#waiting.size > 0) {
      this.#began = this.#clock()
      this.#grantNext()
      void this.#serveWaiting()
      await yieldToEventLoop()
    }
    this.#state = 'idle'
  }

  /** Lets the granted piece end, then serves those who wait, in microtasks, while the slice has time left. */
  async #serveWaiting(): Promise<void> {
    this.#state = 'busy'
    for (;;) {
      for (let hop = 0; hop < MICROTASKS; hop++) await Promise.resolve()
      if (this.#waiting.size === 0 || this.#isTimeUp) break
      this.#grantNext()
    }
    this.#state = 'free'
  }

  #grantNext(): void {
    const [client, own] = this.#waiting.entries().next().value!
    this.#waiting.delete(client)
    const resolve = own.shift()!
    if (own.length > 0) this.#waiting.set(client, own)
    resolve()
  }
}

/**
 * Makes routes wait for their client's turn. Routes for reading and operating always do: they read the store, build long texts, or write
 * the operator log. Routes for events and decisions wait themselves, where a body is large.
 */
export function addFairQueueHook(app: FastifyInstance, turns: FairQueue): void {
  app.addHook('onRoute', route => {
    const { role, isQuick = false } = route.config ?? {}
    if (role === undefined || role === 'ingest' || role === 'decide' || isQuick) return
    const handlers = [route.preHandler ?? []].flat()
    route.preHandler = [...handlers, async (request: FastifyRequest): Promise<void> => turns.waitForTurn(clientKey(request))]
  })
}
