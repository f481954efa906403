/**
 * Posts to a run over this many kept connections, and reports the result of each request. Requests without a free connection wait in order.
 */
import { Wire, postOf } from './wire.ts'

export type PostResult = { readonly answer: unknown } | { readonly failed: string }

export class Poster {
  readonly #port: number
  /** Used in turn, so that none is idle until the server closes it. */
  readonly #free: Wire[] = []
  readonly #waiting: ((wire: Wire | undefined) => void)[] = []
  /** Connections that may still be opened. */
  #closed: number

  constructor(url: string, connections: number) {
    this.#port = Number(new URL(url).port)
    this.#closed = connections
  }

  /** The JSON of a 200, or an error with the response. */
  async post(path: string, body: string, type?: string): Promise<PostResult> {
    let wire: Wire | undefined
    try {
      wire = this.#freeWire() ?? (await this.#another())
      const { status, body: answer } = await wire.ask(postOf(path, body, type))
      const text = answer.toString()
      this.#release(wire)
      return status === 200 ? { answer: JSON.parse(text) } : { failed: `${status}: ${text}` }
    } catch (error) {
      wire?.close()
      this.#closed++
      this.#waiting.shift()?.(undefined)
      return { failed: String(error) }
    }
  }

  #freeWire(): Wire | undefined {
    let wire = this.#free.shift()
    for (; wire?.isClosed; wire = this.#free.shift()) this.#closed++
    return wire
  }

  async #another(): Promise<Wire> {
    const freed = this.#closed > 0 ? undefined : await new Promise<Wire | undefined>(resolve => this.#waiting.push(resolve))
    if (freed) return freed
    this.#closed--
    return Wire.open(this.#port)
  }

  #release(wire: Wire): void {
    const next = this.#waiting.shift()
    if (next) next(wire)
    else this.#free.push(wire)
  }
}
