/**
 * Turns at the loop for work that holds it up for milliseconds: parsing a large body, answering for a thousand keys.
 *
 * Clients that have such work take turns, one piece of it each, and after `SERVE_AT_ONCE_MS` of it everything else on the loop goes first: so what a client with one
 * request waits for is a piece of each other client, however much one of them has sent. The first piece of work goes on at once, and where nothing else comes it costs a look at the clock.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { othersTurn, stopwatch, type Clock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { clientKey } from './client-key.ts'

/** Between that a turn is given and that its work was done. */
const MICROTASKS = 32

export class FairTurns {
  readonly #clock: Clock
  /** By client, in the order in which they have their turns, who waits. */
  readonly #waiting = new Map<string, (() => void)[]>()
  #began = 0
  #isTurning = false

  constructor(clock: Clock = stopwatch) {
    this.#clock = clock
  }

  /** Resolves when the client may do a piece of work: at once if it is the first since other things had their turn. The work begins within some microtasks. */
  next(client: string): Promise<void> {
    if (!this.#isTurning) {
      this.#isTurning = true
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

  get #isOver(): boolean {
    return this.#clock() - this.#began >= limits.SERVE_AT_ONCE_MS
  }

  async #turn(): Promise<void> {
    await othersTurn()
    while (this.#waiting.size > 0) {
      this.#began = this.#clock()
      while (this.#waiting.size > 0 && !this.#isOver) {
        this.#letNext()
        // Its piece of work is to be done by then: what waits for it may be behind some generators.
        for (let hop = 0; hop < MICROTASKS; hop++) await Promise.resolve()
      }
      await othersTurn()
    }
    this.#isTurning = false
  }

  #letNext(): void {
    const [client, own] = this.#waiting.entries().next().value!
    this.#waiting.delete(client)
    const resolve = own.shift()!
    if (own.length > 0) this.#waiting.set(client, own)
    resolve()
  }
}

/** Questions and operations wait for their client's turn: they read the store, make long texts, or write the audit to the disk. Events and decisions do where their bodies are large. */
export function inTurns(app: FastifyInstance, turns: FairTurns): void {
  app.addHook('onRoute', route => {
    const { role, isQuick = false } = route.config ?? {}
    if (role === undefined || role === 'ingest' || role === 'decide' || isQuick) return
    const others = [route.preHandler ?? []].flat()
    route.preHandler = [...others, async (request: FastifyRequest): Promise<void> => turns.next(clientKey(request))]
  })
}
