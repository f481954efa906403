import type { Column } from '../columns/block.ts'
import { columnSlice } from '../columns/slice.ts'
import { groupReads, readId } from '../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../decision/scoring.ts'
import type { ModelIR } from '../define/ir.ts'
import { triggerSource } from '../define/trigger-columns.ts'
import { Feed } from './feed.ts'
import type { ReplayLog } from './log.ts'

/** Decisions handled at a time, which bounds what is held of their vectors. */
const STRETCH = 1 << 14

/** Decisions of one model in the order in which they are made. Its columns are overwritten by the next batch. */
export interface DecisionBatch extends Scores {
  readonly model: ModelIR
  readonly length: number
  /** Index of the first decision's triggering event in its source. */
  readonly first: number
  /** Each decision's `t`, UTC ms. */
  readonly t: Float64Array
  /** The key of the triggering event, and its id where its source has one. */
  readonly key: Column
  readonly id: Column | undefined
  /** What each group knew and its clock, by (group, key), in order. */
  readonly feeds: readonly Feed[]
}

/**
 * Makes the decisions of one model over a history: `on(source)`, one at each event of its source, with `P` everything up to and
 * including it and `t` its arrival (semantics §4).
 */
export function* decide(definitions: Definitions, model: ModelIR, log: ReplayLog): Generator<DecisionBatch> {
  const { block, source } = log.histories.get(triggerSource(model))!
  const feeds = groupReads(definitions.ir, model).map(read => new Feed(read, model, log, log.strings))
  const scoring = new Scoring(definitions, model, source.columns, log.strings)
  for (let from = 0; from < block.length; from += STRETCH) {
    const to = Math.min(from + STRETCH, block.length)
    const columnOf = (name: string) => columnSlice(block.columns[name], from, to)
    const features = new Map(
      feeds.map(feed => [readId({ group: feed.read.group.name, key: feed.read.key }), { read: feed.read, out: feed.next(from, to) }]),
    )
    yield {
      ...scoring.score({ length: to - from, columnOf, features }),
      model,
      length: to - from,
      first: from,
      t: block.arrival.subarray(from, to),
      key: columnOf(source.key),
      id: source.id ? columnOf(source.id) : undefined,
      feeds,
    }
  }
}
