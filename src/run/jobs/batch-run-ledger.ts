/** The ledger of batch runs in memory, as whoever makes them writes it: what it gives is to be committed. */
import { limits } from '../../base/limits.ts'
import type { Part } from '../../batch/job.ts'
import { allPartsIn, inOrderOfSwaps, partFile, partName, runName, runsIn, type RunRecord } from '../../batch/ledger.ts'
import type { Commit, StoredLog } from '../../log/store.ts'

export type Put = NonNullable<Commit['put']>[number]

export class RunLedger {
  readonly #runs = new Map<number, RunRecord>()
  /** Of each run, the parts whose files are kept, by partition. */
  readonly #parts: Map<number, Map<number, Part>>

  constructor(store: StoredLog) {
    for (const run of runsIn(store)) this.#runs.set(run.number, run)
    this.#parts = allPartsIn(store)
  }

  /** The number of the next run. */
  get next(): number {
    return Math.max(0, ...this.#runs.keys()) + 1
  }

  /** The latest time that a run is of whose result is used, or may be, UTC ms. */
  get latest(): number {
    return Math.max(-Infinity, ...[...this.#runs.values()].filter(({ state }) => state === 'done' || state === 'running').map(({ s }) => s))
  }

  /** The oldest first. */
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

  /** The files of its parts are kept no longer. */
  withoutParts(number: number): Put[] {
    const gone = [...this.partsOf(number).keys()]
    this.#parts.delete(number)
    return gone.map(partition => [partName(number, partition), null])
  }

  /** Runs that an earlier process did not end, and that nobody ends any more. */
  brokenOff(isLeft: (number: number) => boolean): Put[] {
    return [...this.#runs.values()]
      .filter(({ state, number }) => state === 'running' && !isLeft(number))
      .flatMap(run => [this.kept({ ...run, state: 'broken off' }), ...this.withoutParts(run.number)])
  }

  /** Takes the oldest runs of a group from it, beyond so many, and the parts of those whose results nobody needs. `waiting`: results that are to be swapped in. */
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

  /** The earliest time that a run of a group is of whose result is needed, UTC ms; Infinity if none is. */
  earliest(group: string, waiting: ReadonlySet<number>): number {
    return Math.min(
      Infinity,
      ...[...this.#needed(waiting)].map(number => this.at(number)).map(run => (run.group === group ? run.s : Infinity)),
    )
  }

  /** Files of results that are needed. */
  filesOf(waiting: ReadonlySet<number>): string[] {
    return [...this.#needed(waiting)].flatMap(number => [...this.partsOf(number).keys()].map(partition => partFile(number, partition)))
  }

  /** Runs that are being made, that wait to be swapped in, or that a group answers from: now, or, as long as the last swap is not durable, after a crash. */
  #needed(waiting: ReadonlySet<number>): Set<number> {
    const all = [...this.#runs.values()]
    const swapped = Map.groupBy(inOrderOfSwaps(all), ({ group }) => group)
    const inUse = [...swapped.values()].flatMap(runs => runs.slice(-IN_USE))
    const running = all.filter(({ state }) => state === 'running')
    return new Set([...waiting, ...[...inUse, ...running].map(({ number }) => number)])
  }
}

/** Runs that a group may answer from: the one that was swapped in last, and the one before it. */
const IN_USE = 2
