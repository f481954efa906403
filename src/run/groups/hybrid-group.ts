/**
 * A feature group with a hybrid placement, in a run that makes its batch runs. Its values equal those of `stream`, read from two layers
 * (semantics, two layers).
 *
 * The snapshot is the state of the last swapped run, of all that had arrived by its time. The delta has every event after it, and a read
 * combines both. During the next run a second delta collects the events after its cut, beside the first. A swap replaces both layers in one
 * step between two turns, so every event is in exactly one layer at any time. Before the first run all events are in the delta.
 */
import type { StrictOmit } from '../../base/index.ts'
import { countUpTo, sliceBlock, type Strings } from '../../columns/index.ts'
import type { GroupIR, PlacementIR, SourceIR } from '../../define/ir/index.ts'
import { Kernel, firstEntryFrom, scheduleCursor } from '../../kernel/index.ts'
import { LiveGroup, type GroupAnswers, type GroupQuery, type SourceEvents } from './live-group.ts'

/** The result of a run, as a layer. */
export interface HybridSnapshot {
  readonly run: number
  /** Its cut: entries of the log before `cut` that had arrived by `s`, UTC ms. */
  readonly s: number
  readonly cut: number
  readonly kernel: Kernel
  /** Events that arrived up to this time, UTC ms, were forgotten before the run; windows that reach them are rejected. */
  readonly forgotten: number
}

/** Two layers that are being prepared. */
interface PendingLayers {
  readonly snapshot: StrictOmit<HybridSnapshot, 'forgotten'>
  readonly delta: Kernel
  /** Entries of the log from here on go to the delta as they are appended. */
  readonly live: number
  /** Set once the snapshot is complete. */
  forgotten: number | undefined
}

export class HybridGroup extends LiveGroup {
  readonly place: Extract<PlacementIR, { kind: 'hybrid' }>
  readonly source: SourceIR
  readonly #strings: Strings
  /** The latest scheduled time, and the one before it. */
  readonly #dueAt: (moment: number) => number
  readonly #previousDue: (moment: number) => number
  /** The reason why the last run failed; undefined once a later one succeeds. */
  failure: string | undefined
  #snapshot: HybridSnapshot | undefined
  #pending: PendingLayers | undefined

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    super(group, source, strings)
    const { place } = group
    if (place.kind !== 'hybrid') throw new Error(`group '${group.name}' is not placed hybrid`)
    this.place = place
    this.source = source
    this.#strings = strings
    this.#dueAt = scheduleCursor(place.schedule)
    this.#previousDue = scheduleCursor(place.schedule)
  }

  /** The snapshot; undefined before the first run. */
  get snapshot(): HybridSnapshot | undefined {
    return this.#snapshot
  }

  override get run(): number | undefined {
    return this.#snapshot?.run
  }

  /** A slice of the delta does not contain which events of the snapshot it supersedes, by deletes too. */
  override get isSaved(): boolean {
    return !this.#snapshot || !this.source.identity
  }

  /**
   * The problem of the snapshot at `t`, which does not decrease: a failed run, or a run that is missing although the next one was due.
   * Values are unaffected, since the delta holds all later events.
   */
  degradedAt(t: number): string | undefined {
    if (this.failure) return this.failure
    const due = this.#previousDue(this.#dueAt(t) - 1)
    if (!(due > (this.#snapshot?.s ?? -Infinity))) return undefined
    const since = this.#snapshot ? `what arrived since ${new Date(this.#snapshot.s).toISOString()}` : 'everything'
    return `the batch run of ${new Date(due).toISOString()} is not there yet: ${since} is in the stream layer`
  }

  /** An empty kernel for a new snapshot. */
  emptySnapshot(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.#strings, isSnapshot: true })
  }

  /**
   * Begins the layers of a run. Entries from `live` on go to its delta as they are appended; `fill` adds the earlier ones after its cut.
   */
  beginLayers(snapshot: StrictOmit<HybridSnapshot, 'forgotten'>, live: number): void {
    const delta = this.#emptyDelta()
    delta.setSnapshot(snapshot.kernel)
    this.#pending = { snapshot, delta, live, forgotten: undefined }
  }

  /** Adds logged events after the cut to the delta of the new layers. */
  fillDelta(events: SourceEvents): void {
    const { snapshot, delta, live } = this.#pending!
    const { block, entries } = events
    const to = firstEntryFrom(entries, 1, 0, entries.length, live)
    delta.apply(sliceBlock(block, Math.min(to, countInSnapshot(snapshot, events)), to))
  }

  /** Marks the new layers as complete. */
  completeLayers(forgotten: number): void {
    const pending = this.#pending!
    pending.snapshot.kernel.finishRestore()
    pending.forgotten = forgotten
  }

  /** Do complete layers wait for their swap? No others may begin then. */
  get isReady(): boolean {
    return this.#pending?.forgotten !== undefined
  }

  /** Drops the new layers: their run has failed. */
  dropLayers(): void {
    this.#pending = undefined
  }

  /** Swaps in the layers of a run that was begun here and is complete. Returns false, and changes nothing, otherwise. */
  swap(run: number): boolean {
    const pending = this.#pending
    if (pending?.snapshot.run !== run || pending.forgotten === undefined) return false
    this.#pending = undefined
    this.#install({ ...pending.snapshot, forgotten: pending.forgotten }, pending.delta)
    return true
  }

  /** Replaces the layers by a snapshot and an empty delta; `catchUp` must add the events after the cut. */
  replaceLayers(snapshot: HybridSnapshot | undefined): void {
    const delta = this.#emptyDelta()
    delta.setSnapshot(snapshot?.kernel)
    this.#install(snapshot, delta)
  }

  override applyAndQuery(events: SourceEvents | undefined, asks: readonly GroupQuery[], now: number): GroupAnswers[] {
    const answers = super.applyAndQuery(events, asks, now)
    if (events && this.#pending) {
      const { block, entries } = events
      this.#pending.delta.apply(sliceBlock(block, firstEntryFrom(entries, 1, 0, entries.length, this.#pending.live), block.length))
    }
    return answers
  }

  /** Events of the snapshot are not in the delta. */
  override catchUp(events: SourceEvents | undefined, now: number): void {
    const from = events && this.#snapshot ? countInSnapshot(this.#snapshot, events) : 0
    if (!events || from === 0) return super.catchUp(events, now)
    this.skipEvents(from)
    const { length } = events.block
    if (from < length) super.catchUp({ block: sliceBlock(events.block, from, length), entries: events.entries.subarray(from) }, now)
  }

  override clear(): void {
    super.clear()
    if (this.#snapshot) this.replaceLayers(this.#snapshot)
  }

  #emptyDelta(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.#strings })
  }

  #install(snapshot: HybridSnapshot | undefined, delta: Kernel): void {
    this.#snapshot = snapshot
    this.replaceKernel(delta)
    this.incompleteUpTo(snapshot?.forgotten ?? -Infinity)
  }
}

/** Number of the events, from the first, in the cut of a snapshot. */
function countInSnapshot({ s, cut }: Pick<HybridSnapshot, 's' | 'cut'>, { block, entries }: SourceEvents): number {
  const [arrived] = countUpTo(block.arrival, Float64Array.of(s))
  return Math.min(arrived, firstEntryFrom(entries, 1, 0, entries.length, cut))
}
