/** Aggregates that are not about one column, so that a column may be called `count`. */
import { aggregate, condition, type AggregateCall, type Options } from './aggregate-call.ts'
import type { Aggregate, AggregateOptions, Window } from './aggregating.ts'
import type { Expression } from './expression.ts'
import { checkOptions } from '../mistake/names.ts'
import { Node } from './node.ts'

/** How many events are in the window, or for how many of them a condition is true. 0 if none. */
export function count(window: Window, options?: AggregateOptions): Aggregate<'number', number>
export function count(window: Window, condition: Expression<'row', 'bool'>, options?: AggregateOptions): Aggregate<'number', number>
export function count(window: Window, given: unknown = {}, more: AggregateOptions = {}): Aggregate<'number', number> {
  // `p.amount > 5` in plain JavaScript is false.
  if (typeof given === 'boolean') condition("'count'", given)
  if (!(given instanceof Node)) return typed(aggregate('count', window, given as Options))
  checkOptions("'count'", more, ['where', 'hop', 'exact', 'before', 'maxEvents'])
  const counted = condition("'count'", given)
  const where = more.where === undefined ? counted : condition("'where' of 'count'", more.where).and(counted)
  return typed(aggregate('count', window, { ...more, where: where as never }))
}

/** The part of events for which a condition is true, of those where it is not NULL; NULL if there are none. */
export function share(of: Expression<'row', 'bool'>, window: Window, options?: AggregateOptions): Aggregate<'number', number | null> {
  return typed(aggregate('share', window, options, condition("'share'", of)))
}

/** Time since the last event: the clock minus its event time. NULL if the window has none. */
export function timeSinceLast(window: Window = 'lifetime', options?: AggregateOptions): Aggregate<'duration', number | null> {
  return typed(aggregate('timeSinceLast', window, options))
}

const typed = <A extends Aggregate>(call: AggregateCall): A => call as unknown as A
