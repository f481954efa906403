/** Runs that ingest numbers from a topic. */
import { pause } from '../../src/base/clock.ts'
import { feedSource } from '../../src/sources/reader/source-feed.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import { decidedNumbers, numbers, type NumbersRun, openNumbersRun, sourceOf } from '../postgres/numbers-run.ts'

export const numbersSource = sourceOf(numbers)

/** The value of the record with a number. */
export const rowOf = (n: number): string => JSON.stringify({ who: 'w', n, at: 1 })

/** The numbers from 1 to a last one. */
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1)

/** A run that reads a topic until it is stopped. The run itself goes on, for a further reader. */
export class TopicRun {
  readonly opened: NumbersRun
  readonly warnings: string[] = []
  readonly ended: Promise<void>
  readonly #stop = new AbortController()
  #isOver = false

  constructor(
    reader: SourceReader,
    { opened = openNumbersRun(), follow = true }: { readonly opened?: NumbersRun; readonly follow?: boolean } = {},
  ) {
    this.opened = opened
    const onWarning = (text: string) => void this.warnings.push(text)
    this.ended = feedSource(opened.run, 'rows', reader, { follow, signal: this.#stop.signal, onWarning })
    const over = (error?: Error | void) => {
      if (error) this.warnings.push(error.message)
      this.#isOver = true
    }
    this.ended.then(over, over)
  }

  /** The numbers in the log, in order of size. */
  numbers(): (number | null)[] {
    return decidedNumbers(this.opened.store).toSorted((a, b) => a! - b!)
  }

  position(topic: string, partition: number): string | undefined {
    return this.opened.run.committedPosition(`rows=kafka:${topic}#${partition}`)
  }

  /** Waits until the log has so many numbers, or reading has ended. */
  async until(count: number): Promise<void> {
    while (!this.#isOver && decidedNumbers(this.opened.store).length < count) await pause(1)
  }

  /** Waits for a warning that begins with a text after the name of the source. Throws where reading has ended without it. */
  async untilWarning(text: string): Promise<void> {
    while (!this.warnings.some(warning => warning.startsWith(`source 'rows': ${text}`))) {
      if (this.#isOver) throw new Error(`reading has ended without the warning '${text}': ${this.warnings.join('; ')}`)
      await pause(1)
    }
  }

  /** Ends reading. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.ended
  }

  /** Ends the run too. */
  async end(): Promise<void> {
    this.#stop.abort()
    await this.ended.catch(() => {})
    await this.opened.run.stop()
  }
}
