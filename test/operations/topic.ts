/** A partition of a message broker: producers append records, and a consumer reads as many as it can. */
import type { MeasuredLag } from '../../src/monitor/lag/lag-sampler.ts'

export type TopicRecord = Readonly<Record<string, unknown>>

export class Topic {
  #waiting: { readonly at: number; readonly record: TopicRecord }[] = []
  #position = 0
  #budget = 0
  /** The records that the consumer reads in one step at most, on average. */
  perStep = Infinity

  produce(at: number, record: TopicRecord): void {
    this.#waiting.push({ at, record })
  }

  /** Reads the next records, and commits the position behind them. */
  read(): TopicRecord[] {
    this.#budget = Math.min(this.#budget, 1) + this.perStep
    const read = this.#waiting.slice(0, this.#budget)
    this.#budget -= read.length
    this.#waiting = this.#waiting.slice(read.length)
    this.#position += read.length
    return read.map(({ record }) => record)
  }

  /** Milliseconds that the oldest unread record has waited. */
  oldestAge(now: number): number {
    return this.#waiting.length === 0 ? 0 : now - this.#waiting[0].at
  }

  /** The position behind the last record. */
  get end(): number {
    return this.#position + this.#waiting.length
  }

  get lag(): MeasuredLag {
    return { position: this.#position, end: this.end, lag: this.#waiting.length, unit: 'records' }
  }
}
