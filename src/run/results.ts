/**
 * Results of batch runs, by number, for the groups of a run: those that were made just now, and those of the ledger, which stand in files beside the log. A file that
 * is lost or damaged is made again from the log: a run is a function of it.
 */
import { codeOf } from '../batch/code.ts'
import { compute } from '../batch/compute.ts'
import { runsIn, swappedBefore, type RunRecord } from '../batch/ledger.ts'
import { readValues, type BatchValues } from '../batch/values.ts'
import type { Strings } from '../columns/strings.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { StoredLog } from '../log/store.ts'
import type { BatchGroup } from './batch-group.ts'

export interface ResultsOptions {
  readonly ir: PipelineIR
  readonly store: StoredLog
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

export class Results {
  readonly #options: ResultsOptions
  #store: StoredLog
  readonly #ready = new Map<number, BatchValues>()

  constructor(options: ResultsOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** The same log, by another connection: of whoever holds the folder from now on. */
  over(store: StoredLog): void {
    this.#store = store
  }

  /** A run was made just now; it is held until it is swapped in. */
  give(values: BatchValues): void {
    this.#ready.set(values.run, values)
  }

  /** Of a run that the log swaps in; nothing if it is of other definitions than the group's. */
  take(group: BatchGroup, run: number): BatchValues | undefined {
    const ready = this.#ready.get(run)
    this.#ready.delete(run)
    if (ready) return ready
    const record = runsIn(this.#store).find(({ number }) => number === run)
    return record && this.#read(group, record)
  }

  /** Of the run that a group answers from at an entry of the log. */
  at(group: BatchGroup, entry: number): BatchValues | undefined {
    const record = swappedBefore(runsIn(this.#store), group.group.name, entry)
    return record && this.#read(group, record)
  }

  #read({ group, source }: BatchGroup, { number, s, cut, code, done, file }: RunRecord): BatchValues | undefined {
    const { ir, strings, onReport } = this.#options
    const store = this.#store
    if (!done) return undefined
    if (code !== codeOf(group, source)) {
      onReport(`group '${group.name}' is defined otherwise than in its last batch run: it has no values until the next`)
      return undefined
    }
    const of = { run: number, s, known: done.known, keys: done.keys }
    const kept = file === undefined ? undefined : store.readState(file)
    try {
      if (kept) return readValues(kept, group, source, strings, of)
    } catch (error) {
      onReport((error as Error).message)
    }
    onReport(`the result of run ${number} of group '${group.name}' is missing or damaged; it is made again from the log`)
    const parts = [...compute(store, { group, source, sources: ir.sources, s, cut })]
    return readValues(Buffer.concat(parts), group, source, strings, of)
  }
}
