/**
 * Makes the decisions of all models from the log, segment by segment, in its total order.
 *
 * Decisions are a function of the log alone: a replay of the same log, cut into any segments, gives the same decisions. Models that read
 * the same group share its state. A tick decides on many keys; its decisions come in batches of some thousands, and no event is applied
 * until the last batch, so that all see the same state.
 */
import type { Strings } from '../../columns/index.ts'
import { stopwatch } from '../../base/index.ts'
import { type EveryTrigger, TickKeys, type ScoringDefinitions } from '../../decision/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import type { Segment } from '../../log/index.ts'
import { LogMarkerHandler, type TickModel } from './marker-handler.ts'
import { BatchGroup } from '../groups/batch-group.ts'
import type { Snapshots } from '../groups/snapshots.ts'
import type { Champions } from './champions.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { LiveGroup, type QueryableGroup, type GroupAnswers } from '../groups/live-group.ts'
import { LiveModel, type LiveDecisions, type GroupReader } from './live-model.ts'
import { SegmentOrder } from '../groups/segment-order.ts'
import type { BatchResults } from '../groups/batch-results.ts'

/** Number of decisions of a segment of markers that are already made, by model. */
export type DecisionCounts = Readonly<Record<string, number>>

/** A model that decides on the events of a source. */
interface EventModel {
  readonly source: SourceIR
  readonly live: LiveModel
}

/** The models of a run, and the feature groups that they read. */
export class Decider {
  readonly #groups: ReadonlyMap<string, QueryableGroup>
  readonly #champions: Champions | undefined
  readonly #models: readonly LiveModel[]
  readonly #onEvents: readonly EventModel[]
  readonly #onTicks: readonly TickModel[]
  readonly #markerHandler: LogMarkerHandler
  #clock = -Infinity

  /**
   * `batchResults`: results of batch runs; without them a group with a batch placement behaves as if a job ran on time. `snapshots`: those
   * of hybrid groups; without them a hybrid group has one layer. `champions`: the promoted versions of models.
   */
  constructor(
    definitions: ScoringDefinitions,
    strings: Strings,
    {
      batchResults,
      snapshots,
      champions,
    }: { batchResults?: BatchResults | undefined; snapshots?: Snapshots | undefined; champions?: Champions } = {},
  ) {
    const { ir } = definitions
    this.#champions = champions
    this.#groups = groupsOf(ir, strings, { batch: batchResults !== undefined, hybrid: snapshots !== undefined })
    const models = (this.#models = ir.models.map(model => new LiveModel(definitions, model, this.#groups, strings)))
    this.#onEvents = models.flatMap((live): EventModel[] => {
      const { decide } = live.model
      return decide.kind === 'on' ? [{ source: ir.sources.find(({ name }) => name === decide.source)!, live }] : []
    })
    this.#onTicks = models.flatMap((live): TickModel[] => {
      const every = live.model.decide
      return every.kind === 'every' ? [{ model: live, every, keys: new TickKeys(ir, live.model, every, strings) }] : []
    })
    this.#markerHandler = new LogMarkerHandler({
      groups: this.#groups,
      models,
      onTicks: this.#onTicks,
      strings,
      batchResults,
      snapshots,
      champions,
    })
  }

  /** All groups, in order of definition. */
  get allGroups(): QueryableGroup[] {
    return [...this.#groups.values()]
  }

  /** Groups with state, which is made from the log. */
  get statefulGroups(): LiveGroup[] {
    return this.allGroups.filter(group => group instanceof LiveGroup)
  }

  /** Groups that serve the results of batch runs. */
  get batchGroups(): BatchGroup[] {
    return this.allGroups.filter(group => group instanceof BatchGroup)
  }

  /** Groups with a snapshot from batch runs. */
  get hybridGroups(): HybridGroup[] {
    return this.allGroups.filter(group => group instanceof HybridGroup)
  }

  /** Sets the versions that score to those as of an entry. */
  scoreAsOf(entry: number): void {
    for (const live of this.#models) {
      live.scoreBy(this.#champions?.at(live.definition, entry))
      live.challengeBy(this.#champions?.challengerAt(live.definition, entry))
    }
  }

  /** Releases what the runtimes of the models hold. */
  close(): void {
    for (const live of this.#models) live.close()
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
  get tickTriggers(): EveryTrigger[] {
    return this.#onTicks.map(({ every }) => every)
  }

  /**
   * Yields the decisions of a segment, in order, without those that are `recorded`, the first ones of each model. The first `next()`
   * applies the events of the segment; the last must be consumed before the next segment.
   */
  *decide(segment: Segment, recorded: DecisionCounts = {}): Generator<LiveDecisions> {
    const order = new SegmentOrder(segment)
    if (segment.markers.length > 0) {
      const remaining = new Map(Object.entries(recorded))
      for (const [i, marker] of segment.markers.entries()) {
        this.#clock = Math.max(this.#clock, marker.t)
        yield* this.#markerHandler.apply(marker, segment.first + i, remaining)
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
    if (segment.markers.length > 0) return
    const order = new SegmentOrder(segment)
    this.#clock = Math.max(this.#clock, order.lastArrival)
    for (const group of groups) group.catchUp(order.eventsOf(group.group.source), order.lastArrival)
    if (ticks) for (const { keys } of this.#onTicks) observeKeys(keys, order)
  }

  #decideOnEvents(order: SegmentOrder): LiveDecisions[] {
    const begun = stopwatch()
    const triggered = this.#onEvents.flatMap(({ source, live }) => {
      if (!order.blockOf(source.name)) return []
      const points = order.decisionPointsOf(source)
      // A delete triggers no decision, and all events of a segment may be deletes.
      return points.length > 0 ? [{ live, moments: points }] : []
    })
    const answers = new Map<GroupReader, GroupAnswers>()
    for (const group of this.#groups.values()) {
      const readers = triggered.flatMap(({ live, moments: points }) =>
        live.readers.filter(reader => reader.group === group).map(reader => ({ reader, asks: live.queryOf(reader, points) })),
      )
      const results = group.applyAndQuery(
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
): Map<string, QueryableGroup> {
  return new Map(
    ir.groups.map(group => {
      const source = ir.sources.find(({ name }) => name === group.source)!
      const { kind } = group.place
      const Group = kind === 'batch' && runs.batch ? BatchGroup : kind === 'hybrid' && runs.hybrid ? HybridGroup : LiveGroup
      return [group.name, new Group(group, source, strings)]
    }),
  )
}

function observeKeys(keys: TickKeys, order: SegmentOrder): void {
  for (const source of new Set(keys.sources)) {
    const block = order.blockOf(source)
    if (block) keys.add(source, block)
  }
}
