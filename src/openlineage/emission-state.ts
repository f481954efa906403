/**
 * Progress of the emission from one data folder, in a file beside the log: `openlineage.json`.
 *
 * Jobs have their records in the log. The file only says up to which of them the receiver knows everything, and which run of the pipeline
 * has no acknowledged end. So a crash loses no end of a job: the next start sends it, under the same run id. A lost file costs the ends of
 * what ran when it was lost.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StrictOmit } from '../base/index.ts'
import { writeAtomically } from '../base/node/index.ts'
import { PRIVATE_FILE } from '../log/index.ts'
import type { RunEventType } from './run-event.ts'

/** A run of the pipeline whose end the receiver has not acknowledged. */
export interface EmittedRun {
  readonly number: number
  /** UTC ms. */
  readonly began: number
  /** Names of the jobs that were started with it: the pipeline and its stages. */
  readonly jobs: readonly string[]
  readonly namespace: string
  /** Its end, if it came to one. */
  readonly end?: { readonly type: RunEventType; readonly at: number; readonly error?: string }
}

interface StateFile {
  readonly format: typeof FORMAT
  /** Name of the log in run ids: the log's own, or drawn for a log without one. */
  readonly log: string
  /** Number of the newest run. */
  readonly runs: number
  /** Runs without an acknowledged end, oldest first. */
  readonly open: readonly EmittedRun[]
  /** By ledger: all attempts up to this number have ended, and the receiver knows it. */
  readonly acknowledged: Readonly<Record<string, number>>
}

const FORMAT = 'spillway-openlineage/1'
const OPENLINEAGE_FILE = 'openlineage.json'
/** Runs whose end was never acknowledged that the file remembers. */
const OPEN_RUNS_MAX = 20

/** The state of a folder, written with each change. */
export class EmissionState {
  readonly #path: string
  readonly #onReport: (report: string) => void
  #state: StateFile
  #hasFailed = false

  /** `logName` is the name of the log, if it has one. A file that cannot be read is reported and begun again. */
  constructor(folder: string, logName: string | undefined, onReport: (report: string) => void) {
    this.#path = join(folder, OPENLINEAGE_FILE)
    this.#onReport = onReport
    this.#state = this.#read() ?? { format: FORMAT, log: logName ?? randomUUID(), runs: 0, open: [], acknowledged: {} }
  }

  get log(): string {
    return this.#state.log
  }

  /** Runs without an acknowledged end, oldest first. */
  get openRuns(): readonly EmittedRun[] {
    return this.#state.open
  }

  /** The number up to which all attempts of a ledger have ended and are known; `undefined` for a ledger that was never sent. */
  acknowledged(ledger: string): number | undefined {
    return this.#state.acknowledged[ledger]
  }

  acknowledge(ledger: string, number: number): void {
    this.#write({ ...this.#state, acknowledged: { ...this.#state.acknowledged, [ledger]: number } })
  }

  /** Begins a run of the pipeline. */
  begin(run: StrictOmit<EmittedRun, 'number'>): EmittedRun {
    const begun = { ...run, number: this.#state.runs + 1 }
    this.#write({ ...this.#state, runs: begun.number, open: [...this.#state.open, begun].slice(-OPEN_RUNS_MAX) })
    return begun
  }

  /** Records the end of a run, before it is sent. */
  end(number: number, end: NonNullable<EmittedRun['end']>): void {
    this.#write({ ...this.#state, open: this.#state.open.map(run => (run.number === number ? { ...run, end } : run)) })
  }

  /** The receiver knows the end of a run. */
  close(number: number): void {
    this.#write({ ...this.#state, open: this.#state.open.filter(run => run.number !== number) })
  }

  #read(): StateFile | undefined {
    if (!existsSync(this.#path)) return undefined
    try {
      const parsed = JSON.parse(readFileSync(this.#path, 'utf8')) as StateFile
      if (parsed.format === FORMAT) return parsed
      this.#onReport(`${OPENLINEAGE_FILE} has an unknown format, and is begun again: ends of earlier runs may be missing at the receiver`)
    } catch (error) {
      this.#onReport(`${OPENLINEAGE_FILE} cannot be read (${(error as Error).message}), and is begun again`)
    }
    return undefined
  }

  /** A full disk must not end the run. After it, ends may be sent twice, under the same run ids. */
  #write(state: StateFile): void {
    this.#state = state
    try {
      writeAtomically(this.#path, `${JSON.stringify(state)}\n`, { mode: PRIVATE_FILE })
    } catch (error) {
      if (!this.#hasFailed) this.#onReport(`${OPENLINEAGE_FILE} cannot be written: ${(error as Error).message}`)
      this.#hasFailed = true
    }
  }
}
