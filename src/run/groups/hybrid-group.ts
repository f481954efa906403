/**
 * A feature group with a hybrid placement, in a run that makes its batch runs. Its values equal those of `stream`, read from two layers
 * (semantics, two layers).
 *
 * In the snapshot: the events that had arrived by its as-of time, of the entries below its cut. Everything else is in the delta.
 * Each read merges both (`Kernel.applyAndRead`): in `runWithSnapshot` (`kernel/run-units.ts`), or in `Revisions.run` (`kernel/revisions.ts`) for
 * a source with `identity`. Before the first run all events are in the delta.
 *
 *     run 1 in use          reads: snapshot 1 + delta 1
 *     run 2, at its cut     reads: snapshot 1 + delta 1     prepares: snapshot 2 + delta 2, of all that is not in snapshot 2
 *     swap, between turns   reads: snapshot 2 + delta 2     so that every event is in exactly one layer at any time
 */
import type { StrictOmit } from '../../base/index.ts'
import { countUpTo, lowerBound, sliceBlock, type Strings } from '../../columns/index.ts'
import type { GroupIR, PlacementIR, SourceIR } from '../../define/ir/index.ts'
import { Kernel, scheduleCursor } from '../../kernel/index.ts'
import { LiveGroup, type GroupAnswers, type GroupMemory, type GroupQuery, type SourceEvents, type ValueOrigin } from './live-group.ts'

/** The events of a snapshot: those of the entries below `cut` that had arrived by `asOf`, UTC ms. */
export interface SnapshotCut {
  readonly asOf: number
  readonly cut: number
}

/** The result of a run, as a layer. */
export interface HybridSnapshot extends SnapshotCut {
  readonly run: number
  readonly kernel: Kernel
  /** Events that arrived up to this time, UTC ms, were forgotten before the run; windows that reach them are rejected. */
  readonly forgotten: number
}

/** The next layers of a hybrid group, from the start of a run to its swap. */
export class LayerPreparation {
  /** The snapshot while it is restored. */
  readonly snapshot: StrictOmit<HybridSnapshot, 'forgotten'>
  readonly delta: Kernel
  /** Entries of the log from here on go to the delta as they are appended; earlier ones by `addLogged`. */
  readonly liveFrom: number
  /** The complete snapshot, once the layers wait for their swap. */
  ready: HybridSnapshot | undefined

  constructor(snapshot: StrictOmit<HybridSnapshot, 'forgotten'>, delta: Kernel, liveFrom: number) {
    this.snapshot = snapshot
    this.delta = delta
    this.liveFrom = liveFrom
    delta.setSnapshot(snapshot.kernel)
  }

  /** Adds logged events to the delta, in order, without those of the snapshot and of entries from `liveFrom` on. */
  addLogged(events: SourceEvents): void {
    const to = lowerBound(events.entries, this.liveFrom)
    this.delta.apply(sliceBlock(events.block, Math.min(to, countInSnapshot(this.snapshot, events)), to))
  }

  addAppended({ block, entries }: SourceEvents): void {
    this.delta.apply(sliceBlock(block, lowerBound(entries, this.liveFrom), block.length))
  }

  /** The snapshot is restored, and the delta has all logged events. */
  complete(forgotten: number): void {
    this.snapshot.kernel.finishSnapshot()
    this.ready = { ...this.snapshot, forgotten }
  }
}

export class HybridGroup extends LiveGroup {
  readonly place: Extract<PlacementIR, { kind: 'hybrid' }>
  /** The latest scheduled time, and the one before it. */
  readonly #dueAt: (t: number) => number
  readonly #previousDue: (t: number) => number
  #failure: string | undefined
  #snapshot: HybridSnapshot | undefined
  #nextLayers: LayerPreparation | undefined

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    super(group, source, strings)
    const { place } = group
    if (place.kind !== 'hybrid') throw new Error(`group '${group.name}' is not placed hybrid`)
    this.place = place
    this.#dueAt = scheduleCursor(place.schedule)
    this.#previousDue = scheduleCursor(place.schedule)
  }

  /** The snapshot; undefined before the first run. */
  get snapshot(): HybridSnapshot | undefined {
    return this.#snapshot
  }

  override get memory(): GroupMemory {
    const delta = super.memory
    if (!this.#snapshot) return delta
    const { keyCount, bytes } = this.#snapshot.kernel
    return { keyCount: Math.max(keyCount, delta.keyCount), bytes: bytes + delta.bytes }
  }

  override get batchRun(): number | undefined {
    return this.#snapshot?.run
  }

  /** A slice of the delta does not contain which events of the snapshot it supersedes, by deletes too. */
  override get isSaved(): boolean {
    return !this.#snapshot || !this.source.identity
  }

  /** Sets the reason why the last run failed; undefined once a later one succeeds. */
  setFailure(why: string | undefined): void {
    this.#failure = why
  }

  override originAt(t: number): ValueOrigin {
    const snapshot = this.#snapshot
    const degraded = this.#degradedAt(t)
    return {
      layer: snapshot ? 'merged' : 'stream',
      ...(snapshot && { snapshot: { run: snapshot.run, asOf: snapshot.asOf, ageMs: t - snapshot.asOf } }),
      ...(degraded !== undefined && { degraded }),
    }
  }

  /**
   * The problem of the snapshot: a failed run, or a run that is missing although the next one was due. Values are unaffected, since the
   * delta holds all later events.
   */
  #degradedAt(t: number): string | undefined {
    if (this.#failure) return this.#failure
    const due = this.#previousDue(this.#dueAt(t) - 1)
    if (!(due > (this.#snapshot?.asOf ?? -Infinity))) return undefined
    const since = this.#snapshot ? `what arrived since ${new Date(this.#snapshot.asOf).toISOString()}` : 'everything'
    return `the batch run of ${new Date(due).toISOString()} is not there yet: ${since} is in the stream layer`
  }

  /** An empty kernel for a new snapshot. */
  emptySnapshot(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.strings, isSnapshot: true })
  }

  /** Begins the layers of a run; `snapshot.kernel` may be restored later. */
  beginLayers(snapshot: StrictOmit<HybridSnapshot, 'forgotten'>, liveFrom: number): LayerPreparation {
    this.#nextLayers = new LayerPreparation(snapshot, super.emptyKernel(), liveFrom)
    return this.#nextLayers
  }

  /** Do complete layers wait for their swap? No others may begin then. */
  get isReady(): boolean {
    return this.#nextLayers?.ready !== undefined
  }

  /** Drops the new layers: their run has failed. */
  dropLayers(): void {
    this.#nextLayers = undefined
  }

  /** Swaps in the layers of a run that was begun here and is complete. Returns false, and changes nothing, otherwise. */
  swap(run: number): boolean {
    const layers = this.#nextLayers
    if (layers?.ready?.run !== run) return false
    this.#nextLayers = undefined
    this.#install(layers.ready, layers.delta)
    return true
  }

  /** Replaces the layers by a snapshot and an empty delta. The caller then passes every event after the cut to `catchUp`. */
  replaceLayers(snapshot: HybridSnapshot | undefined): void {
    this.#install(snapshot, this.#emptyDelta(snapshot))
  }

  override applyAndQuery(events: SourceEvents | undefined, queries: readonly GroupQuery[], now: number): GroupAnswers[] {
    const answers = super.applyAndQuery(events, queries, now)
    if (events) this.#nextLayers?.addAppended(events)
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

  protected override emptyKernel(): Kernel {
    return this.#emptyDelta(this.#snapshot)
  }

  #emptyDelta(snapshot: HybridSnapshot | undefined): Kernel {
    const delta = super.emptyKernel()
    delta.setSnapshot(snapshot?.kernel)
    return delta
  }

  #install(snapshot: HybridSnapshot | undefined, delta: Kernel): void {
    this.#snapshot = snapshot
    this.replaceKernel(delta)
    this.incomplete = snapshot?.forgotten ?? -Infinity
  }
}

/** Number of the events, from the first, in the cut of a snapshot. */
function countInSnapshot({ asOf, cut }: SnapshotCut, { block, entries }: SourceEvents): number {
  const [arrived] = countUpTo(block.arrival, Float64Array.of(asOf))
  return Math.min(arrived, lowerBound(entries, cut))
}
