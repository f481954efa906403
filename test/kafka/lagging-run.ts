/** A run that reads a topic and can be held back, so that records remain unread behind its committed positions. */
import { callAfter, type Clock, pause, type StartTimer, wallClock } from '../../src/base/index.ts'
import { LagSampler } from '../../src/monitor/lag/lag-sampler.ts'
import { type FeedTarget, feedSource, positionName } from '../../src/sources/reader/source-feed.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import { decidedNumbers, openNumbersRun } from '../postgres/numbers-run.ts'

interface SamplerTime {
  readonly clock: Clock
  readonly after: StartTimer
}

export class LaggingRun {
  /** Samples the lag of the source `rows` once it is started. */
  readonly sampler: LagSampler
  readonly #opened = openNumbersRun()
  readonly #ended: Promise<void>
  readonly #stop = new AbortController()
  /** Batches that may still be read; the rest waits. */
  #room = Infinity
  #changed = Promise.withResolvers<void>()

  constructor(reader: SourceReader, time: SamplerTime = { clock: wallClock, after: callAfter }) {
    const { run } = this.#opened
    const target: FeedTarget = {
      submit: (...args) => run.submit(...args),
      whenRoom: () => this.#whenRoom(),
      committedPosition: name => run.committedPosition(name),
    }
    const committed = (partition?: string) => run.committedPosition(positionName('rows', reader.name, partition))
    this.sampler = new LagSampler(
      [{ source: 'rows', reader: reader.name, isAlive: () => true, measure: () => reader.measureLag!(committed) }],
      time,
    )
    this.#ended = feedSource(target, 'rows', reader, { follow: true, signal: this.#stop.signal, onWarning: () => {} })
  }

  async #whenRoom(): Promise<void> {
    while (this.#room <= 0) await this.#changed.promise
    this.#room--
    await this.#opened.run.whenRoom()
  }

  /** Reads so many further batches, and no more. */
  allow(batches: number): void {
    this.#room = batches
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Waits until so many records are durable. */
  async until(count: number): Promise<void> {
    while (decidedNumbers(this.#opened.store).length < count) await pause(1)
  }

  async end(): Promise<void> {
    this.#stop.abort()
    this.allow(Infinity)
    await this.#ended
    this.sampler.stop()
    await this.#opened.run.stop()
  }
}
