/** Batch runs of a data folder, from the ledger beside its log. */
import { didYouMean, SpillwayError } from '../base/index.ts'
import { runToEnd } from './run-to-end.ts'
import { computeParts, groupCode, batchRunsIn, partsIn, totalsOf, type BatchRunRecord } from '../batch/index.ts'
import { isFolderHeld } from '../log/sqlite/index.ts'
import type { FolderLog } from './folder-log.ts'
import { lastPipeline } from './last-pipeline.ts'

/** A batch run as it stands. */
export interface ListedBatchRun {
  readonly record: BatchRunRecord
  /** Computed parts, and the number of parts that the run needs; absent without a computed part. */
  readonly parts?: { readonly done: number; readonly of: number }
  /** True if the run is unfinished and no process holds the folder: the next process resumes it. */
  readonly isInterrupted: boolean
}

/** A recomputed batch run: hashes of its values then and now. */
export interface RecomputedBatchRun {
  readonly number: number
  readonly was: string
  readonly is: string
}

/** The batch runs of one folder. */
export class FolderBatchRuns {
  readonly #log: FolderLog
  readonly #path: string

  constructor(log: FolderLog, path: string) {
    this.#log = log
    this.#path = path
  }

  /** All batch runs in the ledger, oldest first; of one group if it is given. */
  list(group?: string): BatchRunRecord[] {
    return batchRunsIn(this.#log).filter(record => group === undefined || record.group === group)
  }

  /** The newest `last` batch runs with their progress. Throws `SPILL_NOT_FOUND` for a group without batch runs. */
  newest({ group, last }: { readonly group?: string | undefined; readonly last: number }): ListedBatchRun[] {
    const records = this.list(group)
    if (group !== undefined && records.length === 0) this.#checkGroup(group)
    const isHeld = isFolderHeld(this.#path)
    return records.slice(-last).map(record => {
      const parts = partsIn(this.#log, record.number)
      const [part] = parts.values()
      const isInterrupted = record.state === 'running' && !isHeld
      return { record, ...(part && { parts: { done: parts.size, of: part.of } }), isInterrupted }
    })
  }

  /** Names of the feature groups with batch runs, in the pipeline that ran last. */
  groups(): string[] {
    const groups = lastPipeline(this.#log)?.ir.groups ?? []
    return groups.filter(({ place: { kind } }) => kind === 'batch' || kind === 'hybrid').map(({ name }) => name)
  }

  /**
   * Recomputes a batch run from the log. A batch run is a function of the log, so a different hash means a changed log.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown run; `SPILL_CONFLICT` for an unfinished one, and if the group's definition has changed since.
   */
  recompute(number: number): RecomputedBatchRun {
    const record = this.list().find(candidate => candidate.number === number)
    if (!record) throw new SpillwayError('SPILL_NOT_FOUND', `there is no batch run ${number}; spillway runs lists them`)
    const { done } = record
    if (!done) throw new SpillwayError('SPILL_CONFLICT', `run ${number} is ${record.state}: there is nothing to compare with`)
    return { number, was: done.hash, is: this.#recomputedHash(record, done.partitions) }
  }

  #recomputedHash({ group: name, code, s, cut }: BatchRunRecord, partitions: number): string {
    const { ir } = lastPipeline(this.#log)!
    const group = ir.groups.find(candidate => candidate.name === name)
    const source = group && ir.sources.find(candidate => candidate.name === group.source)
    if (!group || !source || groupCode(group, source) !== code)
      throw new SpillwayError('SPILL_CONFLICT', `the definition of group '${name}' has changed since that run`)
    return totalsOf(runToEnd(computeParts(this.#log, { group, source, sources: ir.sources, s, cut, partitions }))).hash
  }

  #checkGroup(group: string): void {
    const groups = this.groups()
    if (!groups.includes(group))
      throw new SpillwayError('SPILL_NOT_FOUND', `there are no batch runs of a group '${group}'${didYouMean(group, groups)}`)
  }
}
