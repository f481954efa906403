/** The ledger of batch runs in memory, for their scheduler. Each change returns the named values to commit. */
import { limits } from '../../base/limits.ts'
import type { Part } from '../../batch/job.ts'
import { allPartsIn, inOrderOfSwaps, partFile, partName, runName, runsIn, type RunRecord } from '../../batch/ledger.ts'
import type { Commit, StoredLog } from '../../log/store.ts'

export type Put = NonNullable<Commit['put']>[number]

/** The runs of one folder. */
export class RunLedger {
  readonly #runs = new Map<number, RunRecord>()
  /** Saved parts by run and partition. */
  readonly #parts: Map<number, Map<number, Part>>

  constructor(store: StoredLog) {
    for (const run of runsIn(store)) this.#runs.set(run.number, run)
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
  of(group: string): RunRecord[] {
    return [...this.#runs.values()].filter(run => run.group === group)
  }

  at(number: number): RunRecord {
    return this.#runs.get(number)!
  }

  partsOf(number: number): ReadonlyMap<number, Part> {
    return this.#parts.get(number) ?? new Map<number, Part>()
  }

  kept(record: RunRecord): Put {
    this.#runs.set(record.number, record)
    return [runName(record.number), JSON.stringify(record)]
  }

  withPart(number: number, part: Part): Put {
    const parts = this.#parts.get(number) ?? new Map<number, Part>()
    this.#parts.set(number, parts.set(part.partition, part))
    return [partName(number, part.partition), JSON.stringify(part)]
  }

  /** Drops the parts of a run. */
  withoutParts(number: number): Put[] {
    const dropped = [...this.partsOf(number).keys()]
    this.#parts.delete(number)
    return dropped.map(partition => [partName(number, partition), null])
  }

  /** Marks runs that an earlier process left unfinished and nobody resumes as `broken off`. */
  brokenOff(isLeft: (number: number) => boolean): Put[] {
    return [...this.#runs.values()]
      .filter(({ state, number }) => state === 'running' && !isLeft(number))
      .flatMap(run => [this.kept({ ...run, state: 'broken off' }), ...this.withoutParts(run.number)])
  }

  /** Removes the oldest runs of a group beyond `most`, and the parts of unneeded results. `waiting`: results that wait for their swap. */
  trimmed(group: string, waiting: ReadonlySet<number>, most: number = limits.BATCH_RUNS_KEPT): Put[] {
    const needed = this.#needed(waiting)
    const own = this.of(group)
    const old = new Set(own.slice(0, Math.max(0, own.length - most)))
    return own
      .filter(({ number }) => !needed.has(number))
      .flatMap(run => {
        if (!old.has(run)) return this.withoutParts(run.number)
        this.#runs.delete(run.number)
        return [[runName(run.number), null] as const, ...this.withoutParts(run.number)]
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
    const swapped = Map.groupBy(inOrderOfSwaps(all), ({ group }) => group)
    const inUse = [...swapped.values()].flatMap(runs => runs.slice(-IN_USE))
    const running = all.filter(({ state }) => state === 'running')
    return new Set([...waiting, ...[...inUse, ...running].map(({ number }) => number)])
  }
}

/** Results that a group may serve: of the last swap, and of the one before it. */
const IN_USE = 2
