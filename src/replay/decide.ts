import { SpillwayError } from '../base/errors.ts'
import type { Column } from '../columns/block.ts'
import { groupReads, readId } from '../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../decision/scoring.ts'
import type { ModelIR, PipelineIR } from '../define/ir/ir.ts'
import { triggerColumns, triggerId, triggerKey } from '../define/model/trigger-columns.ts'
import { Feed, type KnownRead } from './feed.ts'
import type { ReplayLog } from './log.ts'
import { onEvents, onRequests } from './on-rows.ts'
import { onTicks } from './on-ticks.ts'
import { ofDecisions, type Triggering } from './triggering.ts'

/** Decisions handled at a time, which bounds what is held of their vectors. */
const STRETCH = 1 << 14

/** Decisions of one model in the order in which they are made. Its columns are overwritten by the next batch. */
export interface DecisionBatch extends Scores {
  readonly model: ModelIR
  readonly length: number
  /** Index of its first decision among those of the model. */
  readonly first: number
  /** Each decision's `t`, UTC ms. */
  readonly t: Float64Array
  /** What each decision is about: the key of the triggering event, of the tick, or of the request. */
  readonly key: Column
  /** The id of the triggering event, where there is one and its source has ids. */
  readonly id: Column | undefined
  /** Where the triggering event stands in its source, where there is one. */
  readonly position: Float64Array | undefined
  /** What was known of each group and its clock, by (group, key). */
  readonly reads: readonly KnownRead[]
  /** The share of the model's moments that are decided with this batch, 0 to 1. */
  readonly done: number
}

/**
 * Makes the decisions of one model over a history (semantics §4), in stretches of at most `stretch`, which changes no decision. Throws
 * `SPILL_UNSUPPORTED` for a model that decides on request, over a log without requests; and as `onTicks` does.
 */
export function decide(definitions: Definitions, model: ModelIR, log: ReplayLog, stretch?: number): Generator<DecisionBatch> {
  return decideOn(triggeringOf(definitions.ir, model, log), definitions, model, log, stretch)
}

/** As `decide`, at other moments than the model's own. */
export function* decideOn(
  { moments, stretches }: Triggering,
  definitions: Definitions,
  model: ModelIR,
  log: ReplayLog,
  stretch = STRETCH,
): Generator<DecisionBatch> {
  const { ir } = definitions
  const feeds = groupReads(ir, model).map(read => new Feed(read, moments, log))
  const scoring = new Scoring(definitions, model, triggerColumns(ir, model), log.strings)
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  let first = 0
  for (const part of stretches(stretch)) {
    const { length, from, to, columnOf } = part
    const features = new Map(
      feeds.map(feed => [readId({ group: feed.read.group.name, key: feed.read.key }), { read: feed.read, out: feed.next(part) }]),
    )
    yield {
      ...scoring.score({ length, columnOf, features }),
      model,
      length,
      first,
      t: ofDecisions(moments.t, part),
      key: columnOf(key.name),
      id: id && columnOf(id.name),
      position: moments.position?.subarray(from, to),
      reads: feeds.map(feed => feed.known(part)),
      done: to / moments.t.length,
    }
    first += length
  }
}

/** When a model decides over a history. Throws as `decide` does. */
export function triggeringOf(ir: PipelineIR, model: ModelIR, log: ReplayLog): Triggering {
  const { name, decide } = model
  if (decide.kind === 'on') return onEvents(decide.source, log)
  if (decide.kind === 'every') return onTicks(ir, model, decide, log)
  return onRequests(log.requests.get(name) ?? noRequests(name))
}

/** A history of events has nothing that a model which decides on request could be asked. */
export function noRequests(model: string): never {
  throw new SpillwayError(
    'SPILL_UNSUPPORTED',
    `model '${model}' decides on request, and a history of events has no requests; ask it in a test (spillway/testing), or name the other models`,
  )
}
