/** Progress of a command on standard error. */
import { stopwatch, type Clock, inOneLine } from '../../base/index.ts'

const EVERY_MS = 100

/**
 * A progress line: the stage and its share done. On a terminal the line is rewritten in place.
 * Otherwise one line is written for each stage, so that a log file stays readable.
 */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  readonly #clock: Clock
  #stage = ''
  #shownAt = -Infinity

  constructor(stream: NodeJS.WriteStream = process.stderr, clock: Clock = stopwatch) {
    this.#stream = stream
    this.#clock = clock
  }

  /** `share` is 0 to 1. */
  readonly show = (stageText: string, share: number): void => {
    // The stage may contain file names.
    const stage = inOneLine(stageText)
    const now = this.#clock()
    if (this.#stream.isTTY) {
      if (now - this.#shownAt < EVERY_MS && share < 1) return
      this.#stream.write(`\r\x1b[K${stage} … ${Math.floor(share * 100)} %`)
      this.#shownAt = now
    } else if (stage !== this.#stage) this.#stream.write(`${stage} …\n`)
    this.#stage = stage
  }

  /** Clears the line, so that the next output starts on a line of its own. */
  clear(): void {
    if (this.#stream.isTTY && this.#stage) this.#stream.write('\r\x1b[K')
  }
}

/** Calls `use` with a progress line, which is cleared at the end. */
export async function withProgress<T>(use: (progress: ProgressLine) => Promise<T>): Promise<T> {
  const progress = new ProgressLine()
  try {
    return await use(progress)
  } finally {
    progress.clear()
  }
}
