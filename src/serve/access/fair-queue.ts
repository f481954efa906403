/**
 * Fair queue for work that blocks the event loop for milliseconds: parsing a large body, reading the features of a thousand keys.
 *
 * Clients with such work are served round robin, one piece each. After `SERVE_AT_ONCE_MS` of work the event loop serves all other
 * callbacks. So a single request waits for at most one piece of each other client. The first piece starts at once; without
 * competitors it costs one look at the clock.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { yieldToEventLoop, stopwatch, type Clock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { clientKey } from './client-key.ts'

/** Microtasks between the grant of a turn and the end of its work: the work may stand behind several generators. */
const MICROTASKS = 32

/** The queue of one server. */
export class FairQueue {
  readonly #clock: Clock
  /** Waiting callers by client; clients in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>()
  #began = 0
  #isRunning = false

  constructor(clock: Clock = stopwatch) {
    this.#clock = clock
  }

  /**
   * Resolves when the client may do one piece of work: at once for the first piece since other callbacks had their turn. The caller
   * must begin within `MICROTASKS` microtasks.
   */
  waitForTurn(client: string): Promise<void> {
    if (!this.#isRunning) {
      this.#isRunning = true
      this.#began = this.#clock()
      void this.#turn()
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

  async #turn(): Promise<void> {
    await yieldToEventLoop()
    while (this.#waiting.size > 0) {
      this.#began = this.#clock()
      while (this.#waiting.size > 0 && !this.#isTimeUp) {
        this.#grantNext()
        for (let hop = 0; hop < MICROTASKS; hop++) await Promise.resolve()
      }
      await yieldToEventLoop()
    }
    this.#isRunning = false
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
