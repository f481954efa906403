import { stopwatch, type Clock } from '../../base/clock.ts'
import { inOneLine } from '../../base/show.ts'

const EVERY_MS = 100

/**
 * A line on standard error that says what is being done and how far it is: rewritten in place on a terminal, and otherwise written
 * once a stage, so that a log file stays readable.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #clock: Clock
  #stage = ''
  #shownAt = -Infinity

  constructor(stream: NodeJS.WriteStream = process.stderr, clock: Clock = stopwatch) {
    this.#stream = stream
    this.#clock = clock
  }

  show(what: string, share: number): void {
    // Names of files are in it.
    const stage = inOneLine(what)
    const now = this.#clock()
    if (this.#stream.isTTY) {
      if (now - this.#shownAt < EVERY_MS && share < 1) return
      this.#stream.write(`\r\x1b[K${stage} … ${Math.floor(share * 100)} %`)
      this.#shownAt = now
    } else if (stage !== this.#stage) this.#stream.write(`${stage} …\n`)
    this.#stage = stage
  }

  /** Clears the line, so that what is printed next starts on its own. */
  done(): void {
    if (this.#stream.isTTY && this.#stage) this.#stream.write('\r\x1b[K')
  }
}
