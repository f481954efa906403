/**
 * Snapshots of hybrid groups, restored from the files of batch runs, and the log after their cuts. A lost or damaged part of a result is
 * made again from the log, of which it is a function.
 */
import { othersTurn } from '../../base/clock.ts'
import { codeOf } from '../../batch/code.ts'
import { columnsOf } from '../../batch/events.ts'
import { framesIn } from '../../batch/frames.ts'
import { runsIn, swappedBefore, type RunRecord } from '../../batch/ledger.ts'
import { StateRestoring } from '../../batch/state.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { beginsOf } from '../../log/begins.ts'
import { Log } from '../../log/log.ts'
import { countBefore, type Segment } from '../../log/segment.ts'
import type { StoredLog } from '../../log/store.ts'
import { stoppedError } from './shutdown.ts'
import type { Body, HybridGroup } from './hybrid-group.ts'
import { OrderOf } from './segment-order.ts'
import { resultOf } from './batch-results.ts'

export interface BodiesOptions {
  readonly ir: PipelineIR
  readonly store: StoredLog
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

/** The snapshots of one folder. */
export class Bodies {
  readonly #options: BodiesOptions
  #store: StoredLog

  constructor(options: BodiesOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** Continues on another connection to the same log, that of the process which now holds the folder. */
  over(store: StoredLog): void {
    this.#store = store
  }

  /**
   * Restores the snapshot that a group has at an entry of the log. Returns the first entry to replay for its delta; undefined if there is
   * no snapshot.
   */
  begin(group: HybridGroup, entry: number): number | undefined {
    const record = swappedBefore(runsIn(this.#store), group.group.name, entry)
    const snapshot = record && this.#read(group, record)
    if (!snapshot) return undefined
    group.restart(snapshot)
    return this.#firstEntryAfter(snapshot)
  }

  /** Follows the swaps of another process: gives a group the layers that it has at an entry of the log. */
  follow(group: HybridGroup, entry: number): void {
    const record = swappedBefore(runsIn(this.#store), group.group.name, entry)
    if (record && record.number !== group.run) this.#replace(group, record, entry)
  }

  /** Gives a group the layers of a run that is swapped in at an entry. Without a usable result the layers stay, which is as exact. */
  restart(group: HybridGroup, run: number, entry: number): void {
    const record = runsIn(this.#store).find(({ number }) => number === run)
    if (record) this.#replace(group, record, entry)
  }

  /**
   * Prepares the layers of a finished run without a swap, at once: for a start, when nothing else waits. Returns false without a usable
   * result.
   */
  prepare(group: HybridGroup, record: RunRecord, live: number): boolean {
    const snapshot = this.#read(group, record)
    if (!snapshot) return false
    group.begin(snapshot, live)
    for (const segment of this.#segmentsAfter(group, snapshot, live)) this.#fillFrom(group, segment)
    group.ready(snapshot.forgotten)
    return true
  }

  /**
   * Adds the log after the cut, below `to`, to the delta that a group has begun: a segment at a time, between turns. Rejects with
   * `SPILL_STOPPED` when it is stopped; the delta is then incomplete.
   */
  async fill(group: HybridGroup, cut: Pick<Body, 's' | 'cut'>, to: number, signal: AbortSignal): Promise<void> {
    for (const segment of this.#segmentsAfter(group, cut, to)) {
      this.#fillFrom(group, segment)
      await othersTurn()
      if (signal.aborted) throw stoppedError()
    }
  }

  #fillFrom(group: HybridGroup, segment: Segment): void {
    const events = new OrderOf(segment).eventsOf(group.group.source)
    if (events) group.fill(events)
  }

  #replace(group: HybridGroup, record: RunRecord, entry: number): void {
    const snapshot = this.#read(group, record)
    if (!snapshot) return
    group.restart(snapshot)
    let isFirst = true
    for (const segment of this.#segmentsAfter(group, snapshot, entry)) {
      if (isFirst) group.startAfter(countBefore(segment, group.group.source))
      isFirst = false
      const order = new OrderOf(segment)
      group.catchUp(order.eventsOf(group.group.source), order.lastArrival)
    }
  }

  *#segmentsAfter({ group, source }: HybridGroup, cut: Pick<Body, 's' | 'cut'>, to: number): Generator<Segment> {
    const { strings } = this.#options
    const needed = columnsOf({ group, source })
    const wanted = (of: string, column: string) => of === source.name && needed.has(column)
    yield* this.#log.segments(this.#firstEntryAfter(cut), to, { stringsOf: () => strings, wanted })
  }

  /** First segment that may have events after a cut. */
  #firstEntryAfter({ s, cut }: Pick<Body, 's' | 'cut'>): number {
    return Math.min(cut, this.#log.since(s + 1))
  }

  get #log(): Log {
    const { ir, strings } = this.#options
    return new Log(this.#store, { sources: ir.sources, stringsOf: () => strings })
  }

  #read(hybrid: HybridGroup, { number, s, cut, code, done }: RunRecord): Body | undefined {
    const { ir, strings, onReport } = this.#options
    const { group, source } = hybrid
    if (!done) return undefined
    if (code !== codeOf(group, source)) {
      onReport(
        `the definition of group '${group.name}' has changed since its last batch run: its stream layer has everything until the next`,
      )
      return undefined
    }
    const kernel = hybrid.emptyBody()
    const job = { group, source, sources: ir.sources, s, cut, partitions: done.partitions }
    for (const pieces of resultOf(this.#store, number, job, onReport)) {
      const restoring = new StateRestoring(kernel, strings)
      for (const bytes of pieces) for (const reader of framesIn(bytes, `the result of run ${number}`)) restoring.take(reader)
    }
    kernel.settle()
    return { run: number, s, cut, kernel, forgotten: beginsOf(this.#store).arrival }
  }
}
