/**
 * Makes the decisions of all models from the log, segment by segment, in its total order.
 *
 * Decisions are a function of the log alone: a replay of the same log, cut into any segments, gives the same decisions. Models that read
 * the same group share its state. A tick decides on many keys; its decisions come in batches of some thousands, and no event is applied
 * until the last batch, so that all see the same state.
 */
import { definitionOf } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import { type EveryTrigger, TickKeys, type ScoringDefinitions } from '../../decision/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import type { Segment } from '../../log/index.ts'
import { LogMarkerHandler, type RecordedOnMarkers, type TickModel } from './marker-handler.ts'
import { BatchGroup } from '../groups/batch-group.ts'
import type { BatchResults } from '../groups/batch-results.ts'
import type { Champions } from './champions.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { LiveGroup, type QueryableGroup } from '../groups/live-group.ts'
import { decideAll, LiveModel, type LiveDecisions } from './live-model.ts'
import { SegmentOrder } from '../groups/segment-order.ts'
import { eventDecisionPoints } from './decision-points.ts'

/** A model that decides on the events of a source. */
interface EventModel {
  readonly source: SourceIR
  readonly model: LiveModel
}

/** The models of a run, and the feature groups that they read. */
export class Decider {
  readonly #groups: ReadonlyMap<string, QueryableGroup>
  readonly #champions: Champions | undefined
  readonly #models: readonly LiveModel[]
  readonly #onEvents: readonly EventModel[]
  readonly #onTicks: readonly TickModel[]
  readonly #markerHandler: LogMarkerHandler
  #latestTime = -Infinity

  /**
   * `batchResults`: results of batch runs; without them a group with a batch placement behaves as if a job ran on time, and a hybrid group
   * has one layer. `champions`: the promoted versions of models.
   */
  constructor(
    definitions: ScoringDefinitions,
    strings: Strings,
    { batchResults, champions }: { batchResults?: BatchResults | undefined; champions?: Champions } = {},
  ) {
    const { ir } = definitions
    this.#champions = champions
    const groups = (this.#groups = groupsOf(ir, strings, batchResults !== undefined))
    const models = (this.#models = ir.models.map(model => new LiveModel(definitions, model, groups, strings)))
    this.#onEvents = models.flatMap((model): EventModel[] => {
      const { decide } = model.definition
      return decide.kind === 'on' ? [{ source: definitionOf(ir.sources, decide.source), model }] : []
    })
    const onTicks = (this.#onTicks = models.flatMap((model): TickModel[] => {
      const every = model.definition.decide
      return every.kind === 'every' ? [{ model, every, keys: new TickKeys(ir, model.definition, every, strings) }] : []
    }))
    this.#markerHandler = new LogMarkerHandler({ groups, models, onTicks, strings, batchResults, champions })
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
    for (const model of this.#models)
      model.scoreBy(this.#champions?.at(model.definition, entry), this.#champions?.challengerAt(model.definition, entry))
  }

  /** Releases what the runtimes of the models hold. */
  close(): void {
    for (const model of this.#models) model.close()
  }

  /** The longest liveness of a key, ms: ticks need the events that arrived within it. */
  get longestLiveness(): number {
    return Math.max(0, ...this.#onTicks.map(({ every }) => every.live))
  }

  /** The latest decision time, UTC ms: no decision read a group above it. */
  get latestTime(): number {
    return this.#latestTime
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
   * Yields the decisions of a segment, in order, behind the last `recorded` one of each model. The first `next()`
   * applies the events of the segment; the last must be consumed before the next segment.
   */
  *decide(segment: Segment, recorded: ReadonlyMap<string, RecordedOnMarkers> = new Map()): Generator<LiveDecisions> {
    const order = new SegmentOrder(segment)
    if (segment.markers.length > 0) {
      for (const [i, marker] of segment.markers.entries()) {
        this.#latestTime = Math.max(this.#latestTime, marker.t)
        yield* this.#markerHandler.apply(marker, segment.first + i, recorded)
      }
    } else {
      this.#latestTime = Math.max(this.#latestTime, order.lastArrival)
      const decisions = this.#decideOnEvents(order)
      this.#observeKeys(order)
      yield* decisions
    }
  }

  /** Applies a segment whose decisions are recorded to these groups, and to the live keys of ticks if `ticks`. */
  catchUp(segment: Segment, groups: readonly LiveGroup[], ticks: boolean): void {
    if (segment.markers.length > 0) return
    const order = new SegmentOrder(segment)
    this.#latestTime = Math.max(this.#latestTime, order.lastArrival)
    for (const group of groups) group.catchUp(order.eventsOf(group.source.name), order.lastArrival)
    if (ticks) this.#observeKeys(order)
  }

  #decideOnEvents(order: SegmentOrder): LiveDecisions[] {
    const due = this.#onEvents.flatMap(({ source, model }) => {
      if (!order.blockOf(source.name)) return []
      const points = eventDecisionPoints(order, source)
      // A delete triggers no decision, and all events of a segment may be deletes.
      return points.length > 0 ? [{ model, points }] : []
    })
    return decideAll(due, this.#groups.values(), source => order.eventsOf(source), order.lastArrival)
  }

  #observeKeys(order: SegmentOrder): void {
    for (const { keys } of this.#onTicks)
      for (const source of new Set(keys.sources)) {
        const block = order.blockOf(source)
        if (block) keys.add(source, block)
      }
  }
}

function groupsOf(ir: PipelineIR, strings: Strings, hasRuns: boolean): Map<string, QueryableGroup> {
  return new Map(
    ir.groups.map(group => {
      const source = definitionOf(ir.sources, group.source)
      const { kind } = group.place
      const Group = hasRuns && kind === 'batch' ? BatchGroup : hasRuns && kind === 'hybrid' ? HybridGroup : LiveGroup
      return [group.name, new Group(group, source, strings)]
    }),
  )
}
