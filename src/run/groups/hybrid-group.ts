/**
 * A feature group with a hybrid placement, in a run that makes its batch runs. Its values equal those of `stream`, read from two layers
 * (semantics, the two layers).
 *
 * The snapshot is the state of the last swapped run, of all that had arrived by its time. The delta has every event after it, and a read
 * combines both. During the next run a second delta collects the events after its cut, beside the first. A swap replaces both layers in one
 * step between two turns, so every event is in exactly one layer at any time. Before the first run all events are in the delta.
 */
import { countUpTo } from '../../columns/order.ts'
import { blockSlice } from '../../columns/slice.ts'
import type { Strings } from '../../columns/strings.ts'
import type { GroupIR, PlacementIR, SourceIR } from '../../define/ir/ir.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { firstFrom } from '../../kernel/order.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import { LiveGroup, type GroupAnswers, type GroupAsks, type SourceEvents } from './live-group.ts'

/** The result of a run, as a layer. */
export interface Body {
  readonly run: number
  /** Its cut: entries of the log before `cut` that had arrived by `s`, UTC ms. */
  readonly s: number
  readonly cut: number
  readonly kernel: Kernel
  /** Events that arrived up to this time, UTC ms, were forgotten before the run; windows that reach them are rejected. */
  readonly forgotten: number
}

/** Two layers that are being prepared. */
interface Next {
  readonly body: Omit<Body, 'forgotten'>
  readonly head: Kernel
  /** Entries of the log from here on go to the delta as they are appended. */
  readonly live: number
  /** Set once the snapshot is complete. */
  forgotten: number | undefined
}

/** The state of one group. */
export class HybridGroup extends LiveGroup {
  readonly place: Extract<PlacementIR, { kind: 'hybrid' }>
  readonly source: SourceIR
  readonly #strings: Strings
  /** The latest scheduled time, and the one before it. */
  readonly #dueAt: (moment: number) => number
  readonly #beforeThat: (moment: number) => number
  /** The reason why the last run failed; undefined once a later one succeeds. */
  failure: string | undefined
  #body: Body | undefined
  #next: Next | undefined

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    super(group, source, strings)
    const { place } = group
    if (place.kind !== 'hybrid') throw new Error(`group '${group.name}' is not placed hybrid`)
    this.place = place
    this.source = source
    this.#strings = strings
    this.#dueAt = scheduleCursor(place.schedule)
    this.#beforeThat = scheduleCursor(place.schedule)
  }

  /** The snapshot; undefined before the first run. */
  get body(): Body | undefined {
    return this.#body
  }

  override get run(): number | undefined {
    return this.#body?.run
  }

  /** A slice of the delta does not contain which events of the snapshot it supersedes, by deletes too. */
  override get isSaved(): boolean {
    return !this.#body || !this.source.identity
  }

  /**
   * The problem of the snapshot at `t`, which does not decrease: a failed run, or a run that is missing although the next one was due.
   * Values are unaffected, since the delta holds all later events.
   */
  degradedAt(t: number): string | undefined {
    if (this.failure) return this.failure
    const due = this.#beforeThat(this.#dueAt(t) - 1)
    if (!(due > (this.#body?.s ?? -Infinity))) return undefined
    const since = this.#body ? `what arrived since ${new Date(this.#body.s).toISOString()}` : 'everything'
    return `the batch run of ${new Date(due).toISOString()} is not there yet: ${since} is in the stream layer`
  }

  /** An empty kernel for a new snapshot. */
  emptyBody(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.#strings, isBody: true })
  }

  /**
   * Begins the layers of a run. Entries from `live` on go to its delta as they are appended; `fill` adds the earlier ones after its cut.
   */
  begin(body: Omit<Body, 'forgotten'>, live: number): void {
    const head = this.#emptyHead()
    head.onto(body.kernel)
    this.#next = { body, head, live, forgotten: undefined }
  }

  /** Adds logged events after the cut to the delta of the new layers. */
  fill(events: SourceEvents): void {
    const { body, head, live } = this.#next!
    const { block, entries } = events
    const to = firstFrom(entries, 1, 0, entries.length, live)
    head.apply(blockSlice(block, Math.min(to, inBody(body, events)), to))
  }

  /** Marks the new layers as complete. */
  ready(forgotten: number): void {
    const next = this.#next!
    next.body.kernel.settle()
    next.forgotten = forgotten
  }

  /** Do complete layers wait for their swap? No others may begin then. */
  get isReady(): boolean {
    return this.#next?.forgotten !== undefined
  }

  /** Drops the new layers: their run has failed. */
  drop(): void {
    this.#next = undefined
  }

  /** Swaps in the layers of a run that was begun here and is complete. Returns false, and changes nothing, otherwise. */
  swap(run: number): boolean {
    const next = this.#next
    if (next?.body.run !== run || next.forgotten === undefined) return false
    this.#next = undefined
    this.#put({ ...next.body, forgotten: next.forgotten }, next.head)
    return true
  }

  /** Replaces the layers by a snapshot and an empty delta; `catchUp` must add the events after the cut. */
  restart(body: Body | undefined): void {
    const head = this.#emptyHead()
    head.onto(body?.kernel)
    this.#put(body, head)
  }

  override take(events: SourceEvents | undefined, asks: readonly GroupAsks[], now: number): GroupAnswers[] {
    const answers = super.take(events, asks, now)
    if (events && this.#next) {
      const { block, entries } = events
      this.#next.head.apply(blockSlice(block, firstFrom(entries, 1, 0, entries.length, this.#next.live), block.length))
    }
    return answers
  }

  /** Events of the snapshot are not in the delta. */
  override catchUp(events: SourceEvents | undefined, now: number): void {
    const from = events && this.#body ? inBody(this.#body, events) : 0
    if (!events || from === 0) return super.catchUp(events, now)
    this.passOver(from)
    const { length } = events.block
    if (from < length) super.catchUp({ block: blockSlice(events.block, from, length), entries: events.entries.subarray(from) }, now)
  }

  override clear(): void {
    super.clear()
    if (this.#body) this.restart(this.#body)
  }

  #emptyHead(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.#strings })
  }

  #put(body: Body | undefined, head: Kernel): void {
    this.#body = body
    this.use(head)
    this.incompleteUpTo(body?.forgotten ?? -Infinity)
  }
}

/** How many of the events, from the first, are in the cut of a snapshot. */
function inBody({ s, cut }: Pick<Body, 's' | 'cut'>, { block, entries }: SourceEvents): number {
  const [arrived] = countUpTo(block.arrival, Float64Array.of(s))
  return Math.min(arrived, firstFrom(entries, 1, 0, entries.length, cut))
}
