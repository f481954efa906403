/** Progress of a command on standard error. */
import { stopwatch, type Clock, inOneLine } from '../../base/index.ts'
import { formatNumber } from './text-format.ts'

const EVERY_MS = 100
/** A stage that takes longer shows its rate and the time remaining. */
const ESTIMATED_AFTER_MS = 2000
/** Longer times are shown in minutes, then in hours. */
const SECONDS_MAX = 90
const MINUTES_MAX = 90

/**
 * A progress line: the stage, its share done, its rate and the time remaining. On a terminal the line is rewritten in place, and fits
 * its width. Otherwise one line is written for each stage, so that a log file stays readable.
 */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  readonly #clock: Clock
  #stage = ''
  /** Time and share of the first call for the stage. */
  #began = { at: 0, share: 0 }
  #shownAt = -Infinity

  constructor(stream: NodeJS.WriteStream = process.stderr, clock: Clock = stopwatch) {
    this.#stream = stream
    this.#clock = clock
  }

  /** `share` is 0 to 1. With `total`, the number of entries of the stage, the rate is in entries per second, otherwise in percent. */
  readonly show = (stageText: string, share: number, total?: number): void => {
    // The stage may contain file names.
    const stage = inOneLine(stageText)
    const now = this.#clock()
    const isNew = stage !== this.#stage
    if (isNew || share < this.#began.share) this.#began = { at: now, share }
    this.#stage = stage
    if (!this.#stream.isTTY) {
      if (isNew) this.#stream.write(`${stage} …\n`)
      return
    }
    if (now - this.#shownAt < EVERY_MS && share < 1) return
    this.#shownAt = now
    const text = ` … ${Math.floor(share * 100)} %${this.#estimateText(now, share, total)}`
    this.#stream.write(`\r\x1b[K${shortened(stage, (this.#stream.columns ?? Infinity) - 1 - text.length)}${text}`)
  }

  /** Clears the line, so that the next output starts on a line of its own. */
  clear(): void {
    if (this.#stream.isTTY && this.#stage) this.#stream.write('\r\x1b[K')
    this.#stage = ''
  }

  /** The rate since the stage began, and the time remaining at that rate; empty for a short stage. */
  #estimateText(now: number, share: number, total: number | undefined): string {
    const done = share - this.#began.share
    const elapsed = now - this.#began.at
    if (elapsed < ESTIMATED_AFTER_MS || done <= 0 || share >= 1) return ''
    const perSecond = (1000 * done) / elapsed
    const rate = total === undefined ? `${(100 * perSecond).toPrecision(2)} %/s` : `${formatNumber(Math.round(total * perSecond))}/s`
    return ` (${rate}, ${remainingText((1 - share) / perSecond)} left)`
  }
}

function remainingText(seconds: number): string {
  if (seconds <= SECONDS_MAX) return `${Math.ceil(seconds)} s`
  return seconds <= MINUTES_MAX * 60 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** The beginning of a text, of at most `length` characters. */
const shortened = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`)

/** Calls `use` with a progress line, which is cleared at the end. */
export async function withProgress<T>(use: (progress: ProgressLine) => Promise<T>): Promise<T> {
  const progress = new ProgressLine()
  try {
    return await use(progress)
  } finally {
    progress.clear()
  }
}
