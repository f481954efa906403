/**
 * A feature group that is placed hybrid, in a run whose batch runs are made beside it: its values are those of `stream`, out of two layers (semantics §5).
 *
 * The body is the state of the run that was swapped in last, of what had arrived by its time; the head has every event behind that, and a read is of both. While the
 * next run is made, a second head takes what is behind that one's cut, beside the first. At the swap both layers are replaced in one step between two turns,
 * so that every event is in one layer at any moment. Before the first run everything is head.
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
  /** Its cut: of the entries of the log before `cut`, what had arrived by `s`, UTC ms. */
  readonly s: number
  readonly cut: number
  readonly kernel: Kernel
  /** What arrived up to here, UTC ms, was forgotten when the run was made: windows that reach back to it are refused. */
  readonly forgotten: number
}

/** Two layers that are not in use yet. */
interface Next {
  readonly body: Omit<Body, 'forgotten'>
  readonly head: Kernel
  /** Entries of the log from here on go to the head as they are taken. */
  readonly live: number
  /** Of a body that is whole. */
  forgotten: number | undefined
}

export class HybridGroup extends LiveGroup {
  readonly place: Extract<PlacementIR, { kind: 'hybrid' }>
  readonly source: SourceIR
  readonly #strings: Strings
  /** The last times of the schedule, and the ones before them. */
  readonly #dueAt: (moment: number) => number
  readonly #beforeThat: (moment: number) => number
  /** Why the last run came to nothing, in words; nothing once another is there. */
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

  /** The layer that is a run's; nothing before the first. */
  get body(): Body | undefined {
    return this.#body
  }

  override get run(): number | undefined {
    return this.#body?.run
  }

  /** What the head supersedes of the body, by deletes too, is in no slice of the head. */
  override get isSaved(): boolean {
    return !this.#body || !this.source.identity
  }

  /**
   * What is wrong with the body at `t`, which does not decrease, in words: a run that failed, or one that is not there though the next was due. The values are the same
   * without it, and all that came since is in the head.
   */
  degradedAt(t: number): string | undefined {
    if (this.failure) return this.failure
    const due = this.#beforeThat(this.#dueAt(t) - 1)
    if (!(due > (this.#body?.s ?? -Infinity))) return undefined
    const since = this.#body ? `what arrived since ${new Date(this.#body.s).toISOString()}` : 'everything'
    return `the batch run of ${new Date(due).toISOString()} is not there yet: ${since} is in the stream layer`
  }

  /** A kernel for the body of a run that was made. */
  emptyBody(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.#strings, isBody: true })
  }

  /** Begins the layers of a run: entries of the log from `live` on go to its head as they are taken, those before that are behind its cut by `fill`. */
  begin(body: Omit<Body, 'forgotten'>, live: number): void {
    const head = this.#emptyHead()
    head.onto(body.kernel)
    this.#next = { body, head, live, forgotten: undefined }
  }

  /** Gives the head of the run that was begun what is behind its cut, of events that stood in the log by then. */
  fill(events: SourceEvents): void {
    const { body, head, live } = this.#next!
    const { block, entries } = events
    const to = firstFrom(entries, 1, 0, entries.length, live)
    head.apply(blockSlice(block, Math.min(to, inBody(body, events)), to))
  }

  /** The layers of the run that was begun are whole. */
  ready(forgotten: number): void {
    const next = this.#next!
    next.body.kernel.settle()
    next.forgotten = forgotten
  }

  /** Are layers whole and not in use yet? No others may be begun. */
  get isReady(): boolean {
    return this.#next?.forgotten !== undefined
  }

  /** The run that was begun comes to nothing. */
  drop(): void {
    this.#next = undefined
  }

  /** From here on its layers are those of a run that was begun here and is whole; otherwise nothing happens, and false is returned. */
  swap(run: number): boolean {
    const next = this.#next
    if (next?.body.run !== run || next.forgotten === undefined) return false
    this.#next = undefined
    this.#put({ ...next.body, forgotten: next.forgotten }, next.head)
    return true
  }

  /** From here on its layers are this body and a head without events: those behind the cut are to be given by `catchUp`. */
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

  /** What the body has is no event of the head. */
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

/** How many of some events, the first ones, are in the cut of a body. */
function inBody({ s, cut }: Pick<Body, 's' | 'cut'>, { block, entries }: SourceEvents): number {
  const [arrived] = countUpTo(block.arrival, Float64Array.of(s))
  return Math.min(arrived, firstFrom(entries, 1, 0, entries.length, cut))
}
