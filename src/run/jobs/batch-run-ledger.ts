/** The ledger of batch runs in memory, for their scheduler. Each change returns the named values to commit. */
import { limits } from '../../base/limits.ts'
import type { ResultPart } from '../../batch/job.ts'
import { allPartsIn, bySwap, partFile, partName, batchRunName, batchRunsIn, type BatchRunRecord } from '../../batch/ledger.ts'
import type { Commit, NamedValues } from '../../log/store.ts'

export type NamedValueChange = NonNullable<Commit['put']>[number]

/** The runs of one folder. */
export class BatchRunLedger {
  readonly #runs = new Map<number, BatchRunRecord>()
  /** Saved parts by run and partition. */
  readonly #parts: Map<number, Map<number, ResultPart>>

  constructor(store: NamedValues) {
    for (const run of batchRunsIn(store)) this.#runs.set(run.number, run)
    this.#parts = allPartsIn(store)
  }

  /** The number of the next run. */
  get next(): number {
    return Math.max(0, ...this.#runs.keys()) + 1
  }

  /** The latest time of a run whose result is or may be used, UTC ms. */
  get latest(): number {
    return Math.max(-Infinity, ...[...this.#runs.values()].filter(({ state }) => state === 'done' || state === 'running').map(({ s }) => s))
  }

  /** Runs of a group, oldest first. */
  runsOf(group: string): BatchRunRecord[] {
    return [...this.#runs.values()].filter(run => run.group === group)
  }

  at(number: number): BatchRunRecord {
    return this.#runs.get(number)!
  }

  partsOf(number: number): ReadonlyMap<number, ResultPart> {
    return this.#parts.get(number) ?? new Map<number, ResultPart>()
  }

  put(record: BatchRunRecord): NamedValueChange {
    this.#runs.set(record.number, record)
    return [batchRunName(record.number), JSON.stringify(record)]
  }

  putPart(number: number, part: ResultPart): NamedValueChange {
    const parts = this.#parts.get(number) ?? new Map<number, ResultPart>()
    this.#parts.set(number, parts.set(part.partition, part))
    return [partName(number, part.partition), JSON.stringify(part)]
  }

  /** Drops the parts of a run. */
  dropParts(number: number): NamedValueChange[] {
    const dropped = [...this.partsOf(number).keys()]
    this.#parts.delete(number)
    return dropped.map(partition => [partName(number, partition), null])
  }

  /** Marks runs that an earlier process left unfinished and nobody resumes as `broken off`. */
  markBrokenOff(isLeft: (number: number) => boolean): NamedValueChange[] {
    return [...this.#runs.values()]
      .filter(({ state, number }) => state === 'running' && !isLeft(number))
      .flatMap(run => [this.put({ ...run, state: 'broken off' }), ...this.dropParts(run.number)])
  }

  /** Removes the oldest runs of a group beyond `most`, and the parts of unneeded results. `waiting`: results that wait for their swap. */
  trim(group: string, waiting: ReadonlySet<number>, most: number = limits.BATCH_RUNS_KEPT): NamedValueChange[] {
    const needed = this.#needed(waiting)
    const own = this.runsOf(group)
    const old = new Set(own.slice(0, Math.max(0, own.length - most)))
    return own
      .filter(({ number }) => !needed.has(number))
      .flatMap(run => {
        if (!old.has(run)) return this.dropParts(run.number)
        this.#runs.delete(run.number)
        return [[batchRunName(run.number), null] as const, ...this.dropParts(run.number)]
      })
  }

  /** The earliest time of a run of a group whose result is needed, UTC ms; Infinity if there is none. */
  earliest(group: string, waiting: ReadonlySet<number>): number {
    return Math.min(
      Infinity,
      ...[...this.#needed(waiting)].map(number => this.at(number)).map(run => (run.group === group ? run.s : Infinity)),
    )
  }

  /** Files of needed results. */
  filesOf(waiting: ReadonlySet<number>): string[] {
    return [...this.#needed(waiting)].flatMap(number => [...this.partsOf(number).keys()].map(partition => partFile(number, partition)))
  }

  /**
   * Needed runs: those in progress, those that wait for a swap, and those that a group serves. The previous result stays until the last
   * swap is durable, since a crash returns to it.
   */
  #needed(waiting: ReadonlySet<number>): Set<number> {
    const all = [...this.#runs.values()]
    const swapped = Map.groupBy(bySwap(all), ({ group }) => group)
    const inUse = [...swapped.values()].flatMap(runs => runs.slice(-IN_USE))
    const running = all.filter(({ state }) => state === 'running')
    return new Set([...waiting, ...[...inUse, ...running].map(({ number }) => number)])
  }
}

/** Results that a group may serve: of the last swap, and of the one before it. */
const IN_USE = 2
