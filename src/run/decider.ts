/**
 * The models of a run over the log: takes it segment by segment, in its total order, and gives the decisions that each makes.
 *
 * What it gives is a function of the log alone, so that taking the same log again, cut into any segments, gives the same decisions. Groups that
 * several models read are one state. A tick decides about many keys: its decisions come some thousands at a time, and nothing is applied until
 * the last of them, so that all see the same.
 */
import type { Strings } from '../columns/strings.ts'
import { stopwatch } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { Every } from '../decision/tellers.ts'
import { TickKeys } from '../decision/tick-keys.ts'
import type { Definitions } from '../decision/scoring.ts'
import type { PipelineIR, SourceIR } from '../define/ir.ts'
import { RequestReader } from '../intake/request-reader.ts'
import type { Mark, Segment } from '../log/segment.ts'
import { BatchGroup } from './batch-group.ts'
import type { Bodies } from './bodies.ts'
import type { Champions } from './champions.ts'
import { HybridGroup } from './hybrid-group.ts'
import { LiveGroup, type AnsweringGroup, type GroupAnswers } from './live-group.ts'
import { LiveModel, type LiveDecisions, type Moments, type Reader } from './live-model.ts'
import { OrderOf } from './order-of.ts'
import type { Results } from './results.ts'

interface TickModel {
  readonly live: LiveModel
  readonly every: Every
  readonly keys: TickKeys
}

/** Decisions at one mark. */
interface AtMark extends Pick<Moments, 'length' | 'columnOf' | 'since'> {
  readonly t: number
  readonly entry: number
}

/** How many of the decisions of a segment of marks are made already, by model. */
export type Made = Readonly<Record<string, number>>

export class Decider {
  readonly #groups: ReadonlyMap<string, AnsweringGroup>
  readonly #results: Results | undefined
  readonly #bodies: Bodies | undefined
  readonly #champions: Champions | undefined
  readonly #models: readonly LiveModel[]
  readonly #onEvents: readonly { readonly source: SourceIR; readonly live: LiveModel }[]
  readonly #onTicks: readonly TickModel[]
  readonly #onRequests: ReadonlyMap<string, LiveModel>
  readonly #strings: Strings
  #clock = -Infinity

  /**
   * `results`: of the batch runs that are made beside it; without it groups that are placed batch are as a job would give them that runs on time. `bodies`: the same for
   * groups that are placed hybrid; without it they have one layer. `champions`: versions of models that the log promotes.
   */
  constructor(
    definitions: Definitions,
    strings: Strings,
    { results, bodies, champions }: { results?: Results | undefined; bodies?: Bodies | undefined; champions?: Champions } = {},
  ) {
    const { ir } = definitions
    this.#results = results
    this.#bodies = bodies
    this.#champions = champions
    this.#groups = groupsOf(ir, strings, { batch: results !== undefined, hybrid: bodies !== undefined })
    const models = (this.#models = ir.models.map(model => new LiveModel(definitions, model, this.#groups, strings)))
    this.#onEvents = models.flatMap(live => {
      const { decide } = live.model
      return decide.kind === 'on' ? [{ source: ir.sources.find(({ name }) => name === decide.source)!, live }] : []
    })
    this.#strings = strings
    this.#onRequests = new Map(models.filter(({ model }) => model.decide.kind === 'request').map(live => [live.model.name, live]))
    this.#onTicks = models.flatMap(live => {
      const every = live.model.decide
      return every.kind === 'every' ? [{ live, every, keys: new TickKeys(ir, live.model, every, strings) }] : []
    })
  }

  /** All groups, in order of definition. */
  get answering(): AnsweringGroup[] {
    return [...this.#groups.values()]
  }

  /** Those that keep state, which is made from the log. */
  get groups(): LiveGroup[] {
    return this.answering.filter(group => group instanceof LiveGroup)
  }

  /** Those that answer from the results of batch runs. */
  get batches(): BatchGroup[] {
    return this.answering.filter(group => group instanceof BatchGroup)
  }

  /** Those that have a layer of batch runs. */
  get hybrids(): HybridGroup[] {
    return this.answering.filter(group => group instanceof HybridGroup)
  }

  /** Lets the models score by the versions that held before an entry was decided on. */
  scoreAsOf(entry: number): void {
    for (const live of this.#models) {
      live.scoreBy(this.#champions?.at(live.own, entry))
      live.challengeBy(this.#champions?.challengerAt(live.own, entry))
    }
  }

  /** The longest time, ms, for which a key is live: ticks need the events that arrived within it. */
  get live(): number {
    return Math.max(0, ...this.#onTicks.map(({ every }) => every.live))
  }

  /** The time up to which it has decided, UTC ms: no group was read above it by a decision. */
  get clock(): number {
    return this.#clock
  }

  /** Periods of the models that tick, ms. */
  get periods(): number[] {
    return this.#onTicks.map(({ every }) => every.every)
  }

  /** How the models that tick do. */
  get ticking(): Every[] {
    return this.#onTicks.map(({ every }) => every)
  }

  /**
   * Decisions that a segment makes, in order, without those that are made. Its events are applied when the first is asked for; the next segment
   * must not be taken before the last.
   */
  *take(segment: Segment, made: Made = {}): Generator<LiveDecisions> {
    const order = new OrderOf(segment)
    if (segment.marks.length > 0) yield* this.#decideOnMarks(segment.marks, segment.first, new Map(Object.entries(made)))
    else {
      this.#clock = Math.max(this.#clock, order.lastArrival)
      const decisions = this.#decideOnEvents(order)
      for (const { keys } of this.#onTicks) see(keys, order)
      yield* decisions
    }
  }

  /** Applies a segment whose decisions are recorded to these groups, and to what ticks know if `ticks`. */
  catchUp(segment: Segment, groups: readonly LiveGroup[], ticks: boolean): void {
    if (segment.marks.length > 0) return
    const order = new OrderOf(segment)
    this.#clock = Math.max(this.#clock, order.lastArrival)
    for (const group of groups) group.catchUp(order.eventsOf(group.group.source), order.lastArrival)
    if (ticks) for (const { keys } of this.#onTicks) see(keys, order)
  }

  #decideOnEvents(order: OrderOf): LiveDecisions[] {
    const begun = stopwatch()
    const deciding = this.#onEvents.flatMap(({ source, live }) => {
      if (!order.blockOf(source.name)) return []
      const moments = order.momentsOf(source)
      // Deletes trigger nothing, and may be all that there is.
      return moments.length > 0 ? [{ live, moments }] : []
    })
    const answers = new Map<Reader, GroupAnswers>()
    for (const group of this.#groups.values()) {
      const readers = deciding.flatMap(({ live, moments }) =>
        live.readers.filter(reader => reader.live === group).map(reader => ({ reader, asks: live.asksOf(reader, moments) })),
      )
      const given = group.take(
        order.eventsOf(group.group.source),
        readers.map(({ asks }) => asks),
        order.lastArrival,
      )
      readers.forEach(({ reader }, i) => answers.set(reader, given[i]))
    }
    const read = { begun, features: stopwatch() }
    return deciding.map(({ live, moments }) => live.decide(moments, answers, read))
  }

  *#decideOnMarks(marks: readonly Mark[], first: number, left: Map<string, number>): Generator<LiveDecisions> {
    for (const [i, mark] of marks.entries()) {
      this.#clock = Math.max(this.#clock, mark.t)
      if (mark.kind === 'request') {
        if (skipped(left, mark.model, 1) === 0) yield* this.#answer(mark, first + i)
        continue
      }
      if (mark.kind === 'swap') {
        this.#swap(mark.group, mark.run, first + i)
        continue
      }
      if (mark.kind === 'promote') {
        const live = this.#models.find(({ own }) => own.name === mark.model)
        live?.scoreBy(this.#champions?.take(live.own, mark.version, first + i))
        continue
      }
      if (mark.kind === 'challenge') {
        const live = this.#models.find(({ own }) => own.name === mark.model)
        live?.challengeBy(this.#champions?.challenger(live.own, mark.version))
        continue
      }
      for (const model of this.#onTicks) {
        const { live, every, keys } = model
        if (mark.t % every.every !== 0) continue
        const due = keys.at(mark.t)
        const from = skipped(left, live.model.name, due.length)
        yield* this.#sweep(model, due.subarray(from), mark.t, first + i)
      }
    }
  }

  /** A result of other definitions than today's is none. Layers that were not made ready, in this process or at all, are made from the log. */
  #swap(name: string, run: number, entry: number): void {
    const group = this.#groups.get(name)
    if (group instanceof BatchGroup) group.swap(this.#results?.take(group, run))
    if (group instanceof HybridGroup && !group.swap(run)) this.#bodies?.restart(group, run, entry)
  }

  *#sweep({ live, every: { column }, keys }: TickModel, due: Float64Array, t: number, entry: number): Generator<LiveDecisions> {
    for (let from = 0; from < due.length; from += limits.TICK_KEYS_AT_ONCE) {
      const chunk = due.subarray(from, from + limits.TICK_KEYS_AT_ONCE)
      const key = { values: column.type === 'string' ? Int32Array.from(chunk) : chunk.slice() }
      yield this.#decideAt(live, { length: chunk.length, t, entry, columnOf: () => key, since: row => keys.newestOf(chunk[row]) })
    }
  }

  /** A request of a model that there is no more, or of other fields, makes no decision. */
  *#answer({ model, fields, t }: Extract<Mark, { kind: 'request' }>, entry: number): Generator<LiveDecisions> {
    const live = this.#onRequests.get(model)
    if (live?.model.decide.kind !== 'request') return
    const request = new RequestReader(live.model.decide, this.#strings)
    if (request.take(fields)) return
    const columns = request.columns()
    yield this.#decideAt(live, { length: 1, t, entry, columnOf: name => columns[name], since: () => t })
  }

  /** Decisions at a mark: with everything known that stands before it. */
  #decideAt(live: LiveModel, { length, t, entry, columnOf, since }: AtMark): LiveDecisions {
    const moments: Moments = {
      length,
      entry: new Float64Array(length).fill(entry),
      t: new Float64Array(length).fill(t),
      position: undefined,
      columnOf,
      since,
      prefixes: () => new Int32Array(length),
      source: undefined,
    }
    const begun = stopwatch()
    const answers = new Map<Reader, GroupAnswers>()
    for (const group of new Set(live.readers.map(reader => reader.live))) {
      const readers = live.readers.filter(reader => reader.live === group)
      const given = group.take(
        undefined,
        readers.map(reader => live.asksOf(reader, moments)),
        t,
      )
      readers.forEach((reader, r) => answers.set(reader, given[r]))
    }
    return live.decide(moments, answers, { begun, features: stopwatch() })
  }
}

function groupsOf(
  ir: PipelineIR,
  strings: Strings,
  runs: { readonly batch: boolean; readonly hybrid: boolean },
): Map<string, AnsweringGroup> {
  return new Map(
    ir.groups.map(group => {
      const source = ir.sources.find(({ name }) => name === group.source)!
      const { kind } = group.place
      const Group = kind === 'batch' && runs.batch ? BatchGroup : kind === 'hybrid' && runs.hybrid ? HybridGroup : LiveGroup
      return [group.name, new Group(group, source, strings)]
    }),
  )
}

/** How many of the next `count` decisions of a model are made: takes them from what is left of those. */
function skipped(left: Map<string, number>, model: string, count: number): number {
  const had = left.get(model) ?? 0
  const some = Math.min(had, count)
  left.set(model, had - some)
  return some
}

function see(keys: TickKeys, order: OrderOf): void {
  for (const source of new Set(keys.sources)) {
    const block = order.blockOf(source)
    if (block) keys.see(source, block)
  }
}
