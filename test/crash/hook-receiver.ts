/** A webhook receiver that answers by a seed: at once, slowly, with an error, too late, not at all, cut off, or with a lost answer. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pause } from '../../src/base/clock.ts'
import { listen } from '../action/receiver.ts'
import type { Draw } from '../property/generate/draw.ts'
import { TIMEOUT_MS } from './alerts.ts'

/** Greatest number of bad answers for an effect, so that the case ends. */
const BAD_MAX = 3

export interface Arrival {
  /** The idempotency key. */
  readonly key: string
  readonly body: string
  /** It was acknowledged, and the answer sent in time and complete. */
  isAnswered: boolean
}

type Answer = (response: ServerResponse, arrival: Arrival) => void | Promise<void>

const atOnce = (response: ServerResponse, arrival: Arrival): void => {
  arrival.isAnswered = true
  response.writeHead(204).end()
}

const badly: readonly Answer[] = [
  async (response, arrival) => {
    await pause(TIMEOUT_MS / 3)
    atOnce(response, arrival)
  },
  response => void response.writeHead(500).end('no'),
  response => void response.writeHead(429, { 'retry-after': '1' }).end(),
  async (response, arrival) => {
    await pause(TIMEOUT_MS + 100)
    // A sender that gave up has closed its connection; a sender that was delayed itself for as long still reads the answer, and may accept
    // it.
    arrival.isAnswered = response.socket?.destroyed === false
    response.writeHead(204).end()
  },
  response => void response.destroy(),
  response => {
    response.writeHead(200, { 'content-length': '100' }).write('half of')
    response.destroy()
  },
  // The request was processed, and the answer is lost.
  response => {
    response.writeHead(204)
    response.destroy()
  },
]

export class HookReceiver {
  /** In order of arrival. */
  readonly arrivals: Arrival[] = []
  readonly #draw: Draw
  #awaited: { left: number; tell: () => void } | undefined
  readonly #bad = new Map<string, number>()
  readonly #server = createServer((request, response) => void this.#take(request, response))

  constructor(draw: Draw) {
    this.#draw = draw
  }

  /** Resolves when this many more have arrived, before the last of them is answered. */
  arrived(count: number): Promise<void> {
    return new Promise(tell => (this.#awaited = { left: count, tell }))
  }

  async listen(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}/hook`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    try {
      for await (const chunk of request.setEncoding('utf8')) body += chunk
    } catch {
      // The process was killed while it sent: this is no arrival.
      return
    }
    const arrival = { key: String(request.headers['idempotency-key']), body, isAnswered: false }
    this.arrivals.push(arrival)
    if (this.#awaited && --this.#awaited.left === 0) this.#awaited.tell()
    await this.#answerTo(arrival.key)(response, arrival)
  }

  #answerTo(key: string): Answer {
    const bad = this.#bad.get(key) ?? 0
    if (bad === BAD_MAX || this.#draw.chance(0.6)) return atOnce
    this.#bad.set(key, bad + 1)
    return this.#draw.pick(badly)
  }
}
