import { SpillwayError } from '../base/index.ts'
import type { ColumnData } from '../columns/index.ts'
import { groupReads, readId, ModelScorer, type ScoringDefinitions, type BatchScores } from '../decision/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { triggerColumns, triggerId, triggerKey } from '../define/model/index.ts'
import { FeatureFeed, type ReadPositions } from './feature-feed.ts'
import type { ReplayLog } from './log.ts'
import { DECISIONS_PER_BATCH, onEvents, onRequests, perDecision, type TriggerSchedule } from './decision-points.ts'
import { onTicks } from './on-ticks.ts'

/** A batch of decisions of one model, in the order in which they are made. The next batch overwrites its columns. */
export interface DecisionBatch extends BatchScores {
  readonly model: ModelIR
  readonly length: number
  /** Index of the batch's first decision among those of the model. */
  readonly first: number
  /** Each decision's time `t`, UTC ms. */
  readonly t: Float64Array
  /** Each decision's key: that of the triggering event, of the tick, or of the request. */
  readonly key: ColumnData
  /** The id of the triggering event, if there is an event and its source has ids. */
  readonly id: ColumnData | undefined
  /** The place of the triggering event in its source, if there is an event: `partition · OFFSET_MAX + offset`. */
  readonly sourcePosition: Float64Array | undefined
  /** For each (group, key): the visible events and the as-of time of each decision. */
  readonly reads: readonly ReadPositions[]
  /** The share of the model's decision points that are done after this batch, 0 to 1. */
  readonly done: number
}

/**
 * Makes all decisions of one model over a history (semantics, decisions and placements), in batches of at most `batchSize` decisions;
 * the size changes no decision.
 *
 * @throws SpillwayError `SPILL_UNSUPPORTED` for a model that decides on request over a log without requests; `SPILL_LIMIT` past
 * REPLAY_TICKS_MAX ticks.
 * @example
 * ```ts
 * for (const { score, length } of decide(pipeline, pipeline.ir.models[0], log))
 *   for (let i = 0; i < length; i++) console.log(score.values[i])
 * ```
 */
export function decide(definitions: ScoringDefinitions, model: ModelIR, log: ReplayLog, batchSize?: number): Generator<DecisionBatch> {
  return decideAt(decisionPointsOf(definitions.ir, model, log), definitions, model, log, batchSize)
}

/** As `decide`, at given decision points instead of the model's own. */
export function* decideAt(
  { points, batches }: TriggerSchedule,
  definitions: ScoringDefinitions,
  model: ModelIR,
  log: ReplayLog,
  batchSize = DECISIONS_PER_BATCH,
): Generator<DecisionBatch> {
  const { ir } = definitions
  const feeds = groupReads(ir, model).map(read => new FeatureFeed(read, points, log))
  using scoring = new ModelScorer(definitions, model, triggerColumns(ir, model), log.strings)
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  let first = 0
  for (const triggers of batches(batchSize)) {
    const { length, from, to, columnOf } = triggers
    const features = new Map(
      feeds.map(feed => [readId({ group: feed.read.group.name, key: feed.read.key }), { read: feed.read, out: feed.next(triggers) }]),
    )
    yield {
      ...scoring.score({ length, columnOf, features }),
      model,
      length,
      first,
      t: perDecision(points.t, triggers),
      key: columnOf(key.name),
      id: id && columnOf(id.name),
      sourcePosition: points.sourcePosition?.subarray(from, to),
      reads: feeds.map(feed => feed.positions(triggers)),
      done: to / points.t.length,
    }
    first += length
  }
}

/** The decision points of a model over a history. Throws as `decide` does. */
export function decisionPointsOf(ir: PipelineIR, model: ModelIR, log: ReplayLog): TriggerSchedule {
  const { name, decide } = model
  if (decide.kind === 'on') return onEvents(decide.source, log)
  if (decide.kind === 'every') return onTicks(ir, model, decide, log)
  return onRequests(log.requests.get(name) ?? throwNoRequests(name))
}

/** Throws: a history of events has no requests for a model that decides on request. */
export function throwNoRequests(model: string): never {
  throw new SpillwayError(
    'SPILL_UNSUPPORTED',
    `model '${model}' decides on request, and a history of events has no requests; ` +
      'request decisions in a test (spillway/testing), or name the other models',
  )
}
