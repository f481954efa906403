/** Aggregates of events rather than of a column. They are functions, so that a column may be called `count`. */
import { aggregate, commonOptions, condition, type AggregateCall, type AnyAggregateOptions } from './aggregate-call.ts'
import type { Aggregate, AggregateOptions, Window } from './aggregating.ts'
import type { Expression } from './kinds.ts'
import type { Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { Node } from './node.ts'

/**
 * Number of events in the window, or of those for which a condition is true; 0 if there are none.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a window or an option that does not fit.
 * @example
 * features('cardCounts', {
 *   from: payments,
 *   entity: card,
 *   values: p => ({ n10m: count('10m'), large: count('1h', p.amount.gt(500)) }),
 * })
 */
export function count(
  window: Window,
  condition?: Expression<'row', 'bool'> | AggregateOptions | Hint<'count: a condition over the row, such as p.amount.gt(5), or options'>,
  options?: AggregateOptions,
): Aggregate<'number', number>
export function count(window: Window, conditionOrOptions: unknown = {}, more: AggregateOptions = {}): Aggregate<'number', number> {
  // `p.amount > 5` is plain JavaScript and gives false.
  if (typeof conditionOrOptions === 'boolean') condition("'count'", conditionOrOptions)
  if (!(conditionOrOptions instanceof Node)) {
    if (Object.keys(more).length > 0) mistake("'count' has options without a condition before them; write count('1h', { … })")
    return typed(aggregate('count', window, conditionOrOptions as AnyAggregateOptions))
  }
  checkOptions("'count'", more, commonOptions)
  const predicate = condition("'count'", conditionOrOptions)
  const where = more.where === undefined ? predicate : condition("'where' of 'count'", more.where).and(predicate)
  return typed(aggregate('count', window, { ...more, where: where as never }))
}

/**
 * Share of events for which a condition is true, from 0 to 1: true / not NULL. NULL if the condition is NULL for all of them.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a window or an option that does not fit.
 * @example
 * features('cardShares', { from: payments, entity: card, values: p => ({ large: share(p.amount.gt(500), '1d') }) })
 */
export function share(
  of: Expression<'row', 'bool'> | Hint<'share: a condition over the row, such as p.amount.gt(5)'>,
  window: Window,
  options?: AggregateOptions,
): Aggregate<'number', number | null> {
  return typed(aggregate('share', window, options, condition("'share'", of)))
}

/**
 * Time since the latest event, in ms: the as-of time minus its event time; NULL if the window has no event. Default window
 * `'lifetime'`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a window or an option that does not fit.
 * @example
 * features('cardPause', { from: payments, entity: card, values: () => ({ pause: timeSinceLast('lifetime', { before: true }) }) })
 */
export function timeSinceLast(window: Window = 'lifetime', options?: AggregateOptions): Aggregate<'duration', number | null> {
  return typed(aggregate('timeSinceLast', window, options))
}

const typed = <A extends Aggregate>(call: AggregateCall): A => call as unknown as A
