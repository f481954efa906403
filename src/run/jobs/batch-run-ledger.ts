/** The ledger of batch runs: their records, the parts of their results, and the runs that wait for their swap or for being resumed. */
import { limits } from '../../base/index.ts'
import { type ResultPart, allPartsIn, BATCH_RUNS, bySwap, partFile, partName, type BatchRunRecord } from '../../batch/index.ts'
import { JobLedger } from '../../jobs/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'

export class BatchRunLedger extends JobLedger<BatchRunRecord> {
  /** Finished runs that wait for their swap. */
  ready: BatchRunRecord[] = []
  /** Numbers of unfinished runs of an earlier process that may be resumed. */
  readonly resumable = new Set<number>()
  /** Number of the finished run whose record is not durable yet; one run is made at a time. */
  #finished: number | undefined
  /** Saved parts by run and partition. */
  readonly #parts: Map<number, Map<number, ResultPart>>

  constructor(store: NamedValues) {
    super(store, BATCH_RUNS)
    this.#parts = allPartsIn(store)
  }

  /** The latest time of a run whose result is or may be used, UTC ms. */
  get latest(): number {
    return Math.max(-Infinity, ...this.records.filter(({ state }) => state === 'done' || state === 'running').map(({ s }) => s))
  }

  /** Runs of a group, oldest first. */
  runsOf(group: string): BatchRunRecord[] {
    return this.records.filter(run => run.group === group)
  }

  partsOf(number: number): ReadonlyMap<number, ResultPart> {
    return this.#parts.get(number) ?? new Map<number, ResultPart>()
  }

  putPart(number: number, part: ResultPart): NamedWrite {
    const parts = this.#parts.get(number) ?? new Map<number, ResultPart>()
    this.#parts.set(number, parts.set(part.partition, part))
    return [partName(number, part.partition), JSON.stringify(part)]
  }

  /** Drops the parts of a run. */
  dropParts(number: number): NamedWrite[] {
    const dropped = [...this.partsOf(number).keys()]
    this.#parts.delete(number)
    return dropped.map(partition => [partName(number, partition), null])
  }

  /**
   * Records a run that begins. Marks runs that an earlier process left unfinished and nobody resumes as `broken off`. If the run is the
   * `most`th of its group without a result, removes the oldest of those.
   */
  begin(run: BatchRunRecord, most: number = limits.BATCH_RUNS_KEPT): NamedWrite[] {
    const brokenOff = this.#breakOff()
    this.resumable.delete(run.number)
    const put = this.put(run)
    const withoutResult = this.runsOf(run.group).filter(({ state }) => state === 'failed' || state === 'broken off')
    return [...brokenOff, put, ...this.trim(withoutResult, most - 1)]
  }

  #breakOff(): NamedWrite[] {
    const isResumed = ({ number }: BatchRunRecord): boolean => this.resumable.has(number)
    const unfinished = this.records.filter(run => run.state === 'running' && !isResumed(run))
    return [...this.markBrokenOff(isResumed), ...unfinished.flatMap(({ number }) => this.dropParts(number))]
  }

  /**
   * Records a finished run, whose result is needed from then on. Removes the oldest runs of its group beyond `most`, and the parts of
   * unneeded results.
   */
  finish(run: BatchRunRecord, most: number = limits.BATCH_RUNS_KEPT): NamedWrite[] {
    this.#finished = run.number
    return [this.put(run), ...this.#trimGroup(run.group, most)]
  }

  /** The record of a finished run is durable: its result waits for its swap. */
  addReady(run: BatchRunRecord): void {
    this.#finished = undefined
    this.ready.push(run)
  }

  #trimGroup(group: string, most: number): NamedWrite[] {
    const needed = this.#needed
    const runs = this.runsOf(group)
    const unneeded = runs.filter(({ number }) => !needed.has(number))
    const old = unneeded.filter(run => runs.indexOf(run) < runs.length - most)
    return [...this.trim(old, 0), ...unneeded.flatMap(({ number }) => this.dropParts(number))]
  }

  /** The earliest time of a run of a group whose result is needed, UTC ms; Infinity if there is none. */
  earliest(group: string): number {
    const needed = this.#needed
    return Math.min(Infinity, ...this.runsOf(group).flatMap(({ number, s }) => (needed.has(number) ? [s] : [])))
  }

  /** Files of needed results. */
  get files(): string[] {
    return [...this.#needed].flatMap(number => [...this.partsOf(number).keys()].map(partition => partFile(number, partition)))
  }

  /**
   * Needed runs: those in progress, those whose end is not durable yet, those that wait for a swap, and those that a group serves. The
   * previous result stays until the last swap is durable, since a crash returns to it.
   */
  get #needed(): Set<number> {
    const runsByGroup = Map.groupBy(bySwap(this.records), ({ group }) => group)
    const inUse = [...runsByGroup.values()].flatMap(runs => runs.slice(-IN_USE))
    const running = this.records.filter(({ state }) => state === 'running')
    const needed = new Set([...this.ready, ...inUse, ...running].map(({ number }) => number))
    return this.#finished === undefined ? needed : needed.add(this.#finished)
  }
}

/** Results that a group may serve: of the last swap, and of the one before it. */
const IN_USE = 2
