/** The output of a run: its lines for people, events for the process around it, the counts of effects, and the file of decisions. */
import { printStatus } from '../command/print.ts'
import { closeSync, openSync, writeSync } from 'node:fs'
import { durationText, limits, pauseBlocking, show, SpillwayError, stopwatch } from '../../base/index.ts'
import type { StoredDecisionBatch, EffectChange, NewEffect } from '../../log/index.ts'
import { STANDARD_INPUT } from '../../sources/index.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { DeadEffectReport } from './dead-effect-report.ts'
import { recordedDecisions } from '../../run/decide/index.ts'

/** The kind of a line: periodic counts, an effect of a dry run, the start of a source, or anything else. */
export type RunLineKind = 'counts' | 'dry effect' | 'source' | 'other'

/** Receives the output of a run. */
export interface RunOutput {
  readonly print: (line: string, kind?: RunLineKind) => void
  /** Called with the URL of the server once it listens, after the line that says so. */
  readonly onListening?: (url: string) => void
}

/** Prints every line on standard error. */
export const printedOutput: RunOutput = { print: printStatus }

/** Whom a `DecisionFile` reports to, and how it treats a slow reader. */
export interface DecisionFileOptions {
  /** Receives a fault of the file, in a sentence. */
  readonly onReport: (text: string) => void
  /** Wait for a slow reader of standard output, as a run does that ends with its files; others leave decisions out for it. */
  readonly waits?: boolean
  /** Replace standard output, and its bound of waiting bytes, in tests. */
  readonly stdout?: Pick<NodeJS.Process['stdout'], 'on' | 'write' | 'writableLength'>
  readonly waitingBytesMax?: number
}

/**
 * Appends durable decisions to a file or to standard output. After a crash the last ones may be missing; the log has all. A file that
 * cannot be written, or a reader that is slow or gone, is reported, and the run goes on.
 */
export class DecisionFile {
  readonly #path: string
  readonly #options: DecisionFileOptions
  /** File descriptor; undefined for standard output that does not wait for its reader. */
  readonly #file: number | undefined
  readonly #isOwn: boolean
  readonly #stdout: NonNullable<DecisionFileOptions['stdout']>
  /** Nothing more is written. */
  #isBroken = false
  #isReaderSlow = false
  #isIncomplete = false

  /** Throws `SPILL_FILE` if the file cannot be opened. */
  constructor(path: string, options: DecisionFileOptions) {
    this.#path = path
    this.#options = options
    this.#isOwn = path !== STANDARD_INPUT
    this.#stdout = options.stdout ?? process.stdout
    try {
      if (this.#isOwn) this.#file = openSync(path, 'a')
      else if (options.waits) this.#file = process.stdout.fd
      else this.#stdout.on('error', (error: Error) => this.#fail(error))
    } catch (error) {
      throw new SpillwayError('SPILL_FILE', `cannot be written: ${(error as Error).message}`, { place: path })
    }
  }

  /** Are decisions missing for another reason than that the reader has closed its end? */
  get isIncomplete(): boolean {
    return this.#isIncomplete
  }

  write(batches: readonly StoredDecisionBatch[]): void {
    for (const { bytes } of batches) {
      if (this.#isBroken) return
      const lines = [...recordedDecisions(bytes)].map(decision => `${JSON.stringify(decision)}\n`)
      const text = Buffer.from(lines.join(''))
      try {
        if (this.#file === undefined) this.#send(text, lines.length)
        else writeWhole(this.#file, text)
      } catch (error) {
        this.#fail(error as Error)
      }
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#file!)
  }

  #send(text: Buffer, decisions: number): void {
    const { waitingBytesMax = limits.DECISION_LINES_WAITING_BYTES_MAX } = this.#options
    // A slow reader first catches up with half of it, or decisions would be left out by turns.
    const isSlow = this.#stdout.writableLength > (this.#isReaderSlow ? waitingBytesMax / 2 : waitingBytesMax)
    this.#isIncomplete ||= isSlow
    if (isSlow && !this.#isReaderSlow)
      this.#options.onReport(
        `the reader of --decisions - is slow: ${pluralize(decisions, 'decision')} and more are left out; the log has all`,
      )
    this.#isReaderSlow = isSlow
    if (!isSlow) this.#stdout.write(text)
  }

  #fail({ message, code }: NodeJS.ErrnoException): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#isIncomplete ||= code !== 'EPIPE'
    this.#options.onReport(`decisions are no longer written to ${show(this.#path)}: ${message}; the log has all`)
  }
}

const READER_PAUSE_MS = 1
/** Time in which a reader that reads nothing stops the run that waits for it, ms: no signal is handled meanwhile. */
const READER_WAIT_MS_MAX = 300_000

/** Writes all bytes. Waits for the reader of a full pipe: a pipe does not block. Throws if the reader reads nothing for minutes. */
function writeWhole(file: number, text: Buffer): void {
  let progressAt = stopwatch()
  for (let written = 0; written < text.length;)
    try {
      written += writeSync(file, text, written)
      progressAt = stopwatch()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      if (stopwatch() - progressAt > READER_WAIT_MS_MAX)
        throw new SpillwayError('SPILL_FILE', `its reader has read nothing for ${durationText(READER_WAIT_MS_MAX)}`)
      pauseBlocking(READER_PAUSE_MS)
    }
}

/** Effect counts since the start of the process. An effect that is dead, retried and then delivered counts as delivered alone. */
export class EffectCounts {
  #created = 0
  #delivered = 0
  #dry = 0
  /** Effects that died since the start, and that nobody has retried or dropped. */
  readonly #dead = new Set<number>()
  readonly #deadReport: DeadEffectReport
  readonly #print: RunOutput['print']
  readonly #actionOf: (number: number) => string

  /** `actionOf` returns the action of an effect number; it is called for dead effects only. */
  constructor(print: RunOutput['print'], actionOf: (number: number) => string) {
    this.#print = print
    this.#deadReport = new DeadEffectReport(print)
    this.#actionOf = actionOf
  }

  /** `effects` were created since the start; those that were delivered or died may be older. */
  get counts(): { readonly effects: number; readonly delivered: number; readonly dead: number } {
    return { effects: this.#created, delivered: this.#delivered, dead: this.#dead.size }
  }

  /** Adds new effects. */
  addCreated(effects: readonly NewEffect[]): void {
    this.#created += effects.length
    for (const { isDry, action, body } of effects) {
      if (!isDry) continue
      this.#dry++
      this.#print(`  ${action} would send ${body}`, 'dry effect')
    }
  }

  /** Adds the outcomes of deliveries, and changes by hand. */
  addSettled(changes: readonly EffectChange[]): void {
    for (const change of changes) {
      if (change.kind === 'delivered') this.#delivered++
      if (change.kind === 'again' || change.kind === 'dropped') this.#dead.delete(change.number)
      if (change.kind !== 'dead') continue
      this.#dead.add(change.number)
      this.#deadReport.add(this.#actionOf(change.number), change)
    }
  }

  /** Reports dead effects as `DeadEffectReport.flush` does. */
  reportDead(options?: { readonly end?: boolean }): void {
    this.#deadReport.flush(options)
  }

  /** The end of the status line. `waiting` effects are in delivery or wait for a retry; the total is the sum of what it lists. */
  text(waiting: number): string {
    const { effects, delivered, dead } = this.counts
    if (this.#dry > 0) return `, ${pluralize(effects, 'effect')} (none sent: a dry run)`
    const total = delivered + dead + waiting
    if (total === 0) return ''
    return `, ${pluralize(total, 'effect')} (${formatNumber(delivered)} delivered, ${formatNumber(dead)} dead, ${formatNumber(waiting)} waiting)`
  }
}
