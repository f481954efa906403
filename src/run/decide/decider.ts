/**
 * Makes the decisions of all models from the log, segment by segment, in its total order.
 *
 * Decisions are a function of the log alone: a replay of the same log, cut into any segments, gives the same decisions. Models that read
 * the same group share its state. A tick decides on many keys; its decisions come in batches of some thousands, and no event is applied
 * until the last batch, so that all see the same state.
 */
import type { Strings } from '../../columns/strings.ts'
import { stopwatch } from '../../base/clock.ts'
import type { Every } from '../../decision/tellers.ts'
import { TickKeys } from '../../decision/tick-keys.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/ir.ts'
import type { Segment } from '../../log/segment.ts'
import { AtMarks, type TickModel } from './log-marks.ts'
import { BatchGroup } from '../groups/batch-group.ts'
import type { Bodies } from '../groups/snapshots.ts'
import type { Champions } from './champions.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { LiveGroup, type AnsweringGroup, type GroupAnswers } from '../groups/live-group.ts'
import { LiveModel, type LiveDecisions, type Reader } from './live-model.ts'
import { OrderOf } from '../groups/segment-order.ts'
import type { Results } from '../groups/batch-results.ts'

/** Number of decisions of a segment of markers that are already made, by model. */
export type Made = Readonly<Record<string, number>>

/** A model that decides on the events of a source. */
interface EventModel {
  readonly source: SourceIR
  readonly live: LiveModel
}

/** The models of a run, and the feature groups that they read. */
export class Decider {
  readonly #groups: ReadonlyMap<string, AnsweringGroup>
  readonly #champions: Champions | undefined
  readonly #models: readonly LiveModel[]
  readonly #onEvents: readonly EventModel[]
  readonly #onTicks: readonly TickModel[]
  readonly #atMarks: AtMarks
  #clock = -Infinity

  /**
   * `results`: results of batch runs; without them a group with a batch placement behaves as if a job ran on time. `bodies`: snapshots of
   * hybrid groups; without them a hybrid group has one layer. `champions`: the promoted versions of models.
   */
  constructor(
    definitions: Definitions,
    strings: Strings,
    { results, bodies, champions }: { results?: Results | undefined; bodies?: Bodies | undefined; champions?: Champions } = {},
  ) {
    const { ir } = definitions
    this.#champions = champions
    this.#groups = groupsOf(ir, strings, { batch: results !== undefined, hybrid: bodies !== undefined })
    const models = (this.#models = ir.models.map(model => new LiveModel(definitions, model, this.#groups, strings)))
    this.#onEvents = models.flatMap((live): EventModel[] => {
      const { decide } = live.model
      return decide.kind === 'on' ? [{ source: ir.sources.find(({ name }) => name === decide.source)!, live }] : []
    })
    this.#onTicks = models.flatMap((live): TickModel[] => {
      const every = live.model.decide
      return every.kind === 'every' ? [{ live, every, keys: new TickKeys(ir, live.model, every, strings) }] : []
    })
    this.#atMarks = new AtMarks({ groups: this.#groups, models, onTicks: this.#onTicks, strings, results, bodies, champions })
  }

  /** All groups, in order of definition. */
  get answering(): AnsweringGroup[] {
    return [...this.#groups.values()]
  }

  /** Groups with state, which is made from the log. */
  get groups(): LiveGroup[] {
    return this.answering.filter(group => group instanceof LiveGroup)
  }

  /** Groups that serve the results of batch runs. */
  get batches(): BatchGroup[] {
    return this.answering.filter(group => group instanceof BatchGroup)
  }

  /** Groups with a snapshot from batch runs. */
  get hybrids(): HybridGroup[] {
    return this.answering.filter(group => group instanceof HybridGroup)
  }

  /** Sets the versions that score to those as of an entry. */
  scoreAsOf(entry: number): void {
    for (const live of this.#models) {
      live.scoreBy(this.#champions?.at(live.own, entry))
      live.challengeBy(this.#champions?.challengerAt(live.own, entry))
    }
  }

  /** The longest liveness of a key, ms: ticks need the events that arrived within it. */
  get live(): number {
    return Math.max(0, ...this.#onTicks.map(({ every }) => every.live))
  }

  /** The latest decision time, UTC ms: no decision read a group above it. */
  get clock(): number {
    return this.#clock
  }

  /** Periods of the models that decide on ticks, ms. */
  get periods(): number[] {
    return this.#onTicks.map(({ every }) => every.every)
  }

  /** The tick triggers of the models. */
  get ticking(): Every[] {
    return this.#onTicks.map(({ every }) => every)
  }

  /**
   * Yields the decisions of a segment, in order, without the first ones of `made`. The first `next()` applies its events; the last must be
   * consumed before the next segment.
   */
  *take(segment: Segment, made: Made = {}): Generator<LiveDecisions> {
    const order = new OrderOf(segment)
    if (segment.marks.length > 0) {
      const remaining = new Map(Object.entries(made))
      for (const [i, marker] of segment.marks.entries()) {
        this.#clock = Math.max(this.#clock, marker.t)
        yield* this.#atMarks.take(marker, segment.first + i, remaining)
      }
    } else {
      this.#clock = Math.max(this.#clock, order.lastArrival)
      const decisions = this.#decideOnEvents(order)
      for (const { keys } of this.#onTicks) observeKeys(keys, order)
      yield* decisions
    }
  }

  /** Applies a segment whose decisions are recorded to these groups, and to the live keys of ticks if `ticks`. */
  catchUp(segment: Segment, groups: readonly LiveGroup[], ticks: boolean): void {
    if (segment.marks.length > 0) return
    const order = new OrderOf(segment)
    this.#clock = Math.max(this.#clock, order.lastArrival)
    for (const group of groups) group.catchUp(order.eventsOf(group.group.source), order.lastArrival)
    if (ticks) for (const { keys } of this.#onTicks) observeKeys(keys, order)
  }

  #decideOnEvents(order: OrderOf): LiveDecisions[] {
    const begun = stopwatch()
    const triggered = this.#onEvents.flatMap(({ source, live }) => {
      if (!order.blockOf(source.name)) return []
      const points = order.momentsOf(source)
      // A delete triggers no decision, and all events of a segment may be deletes.
      return points.length > 0 ? [{ live, moments: points }] : []
    })
    const answers = new Map<Reader, GroupAnswers>()
    for (const group of this.#groups.values()) {
      const readers = triggered.flatMap(({ live, moments: points }) =>
        live.readers.filter(reader => reader.live === group).map(reader => ({ reader, asks: live.asksOf(reader, points) })),
      )
      const results = group.take(
        order.eventsOf(group.group.source),
        readers.map(({ asks }) => asks),
        order.lastArrival,
      )
      readers.forEach(({ reader }, i) => answers.set(reader, results[i]))
    }
    const times = { begun, features: stopwatch() }
    return triggered.map(({ live, moments: points }) => live.decide(points, answers, times))
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

function observeKeys(keys: TickKeys, order: OrderOf): void {
  for (const source of new Set(keys.sources)) {
    const block = order.blockOf(source)
    if (block) keys.see(source, block)
  }
}
