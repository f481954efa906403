/**
 * The labels `happens` and `doesNotHappen`: does an event come within a time after the decision, at its key? An order, a reply; an
 * abandoned cart, a customer who left.
 */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { ColumnSpecs } from '../expression/kinds.ts'
import { boundedDurationOf } from '../expression/window.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake, withArticle } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import type { Source } from '../source/source.ts'
import { checkJoinable, conditionOver, decisionKey, labelSource, LabelValue, type Condition, type Label } from './label.ts'
import type { TriggerValue } from './trigger.ts'

/** Options of `happens` and `doesNotHappen`. */
export interface HappensOptions<C extends ColumnSpecs> {
  /** Column with the key of the decision, of the key's type. */
  readonly by: keyof C & string
  /** Horizon: the longest time from the decision to the event, by event time. */
  readonly within: Duration | Hint<DurationAdvice<'within'>>
  /** Events that count: `o => o.amount.gt(10)`. Default: all. */
  readonly where?: Condition<C>
  /**
   * Wait for late events: the label is settled once this has passed after `within`. Later arrivals are counted and change nothing.
   * Default: the source's `allowedLateness`.
   */
  readonly lateness?: Duration | Hint<DurationAdvice<'lateness'>>
  /**
   * Field of the trigger, such as `'cart'`: decisions with the same value share one outcome, which `worth` counts once. Labels and training
   * sets do not change.
   */
  readonly per?: string
}

/**
 * Labels decisions by a later event: true if an event of `source` with the decision's key has its time in (t, t + `within`].
 *
 * True as soon as such an event has arrived. False once `within` and `lateness` have passed without one (semantics, Labels).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a source, column or option that does not fit.
 * @example
 * const customer = entity('customer', t.string())
 * const orders = source('orders', {
 *   schema: { customer, amount: t.decimal(2), at: t.timestamp() },
 *   key: 'customer',
 *   time: 'at',
 * })
 * const converts = happens(orders, { by: 'customer', within: '1h', where: o => o.amount.gt(10) })
 */
export function happens<C extends ColumnSpecs>(source: Source<C>, options: HappensOptions<NoInfer<C>>): Label {
  return occurrenceLabel('happens', source, options)
}

/**
 * Labels decisions by the absence of an event: true where `happens` is false, and false where it is true. An abandoned cart, churn,
 * no reply.
 *
 * A label that is true came true at t + `within`, when the time for the event was over (semantics, Labels).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a source, column or option that does not fit.
 * @example
 * const cart = entity('cart', t.string())
 * const orders = source('orders', { schema: { cart, at: t.timestamp() }, key: 'cart', time: 'at' })
 * const isAbandoned = doesNotHappen(orders, { by: 'cart', within: '1d', lateness: '10m' })
 */
export function doesNotHappen<C extends ColumnSpecs>(source: Source<C>, options: HappensOptions<NoInfer<C>>): Label {
  return occurrenceLabel('doesNotHappen', source, options)
}

function occurrenceLabel(call: 'happens' | 'doesNotHappen', source: unknown, options: unknown): Label {
  const origin = labelSource(call, source)
  const subject = `${call}(${origin.name})`
  checkOptions(subject, options, ['by', 'within', 'where', 'lateness', 'per'])
  const { by, within, where, lateness, per } = options as Readonly<Record<string, unknown>>
  const column = byOf(subject, origin.ir.columns, by)
  const ir = {
    kind: 'happens',
    source: origin.name,
    key: column.name,
    ...parseOptions(subject, { where }, (name, value) => conditionOver(name, origin, value).ir),
    within: boundedDurationOf(`${subject}: within`, within),
    lateness: origin.ir.allowedLateness,
    ...parseOptions(subject, { lateness }, (name, value) => boundedDurationOf(name, value, { zero: true })),
    ...(call === 'doesNotHappen' && ({ negated: true } as const)),
  } as const
  const label = new LabelValue(origin, (of, definedAt) => {
    const key = decisionKey(of)
    checkJoinable(
      of.model,
      { column, description: `by '${column.name}' of ${subject}`, fix: `name the column of ${origin.name} with that key` },
      { column: key, description: `the key '${key.name}' of ${of.trigger.name}` },
      definedAt,
    )
    return { ...ir, ...(per !== undefined && { per: perOf(`${of.model}: per of ${subject}`, of.trigger, per, definedAt) }) }
  })
  return label as unknown as Label
}

function byOf(subject: string, columns: readonly ColumnIR[], by: unknown): ColumnIR {
  if (by === undefined) mistake(`${subject} needs by: the column with the key of the decision`)
  const names = columns.map(({ name }) => name)
  return columns.find(({ name }) => name === by) ?? mistake(`${subject}: by ${show(by)} is no column${didYouMean(by, names)}`)
}

/** Name of the trigger's column in `per`. */
function perOf(subject: string, { name: decidedBy, columns }: TriggerValue, per: unknown, definedAt: string | undefined): string {
  const names = columns.map(({ name }) => name)
  const column =
    columns.find(({ name }) => name === per) ??
    mistake(`${subject} is ${show(per)}, which is no field of ${decidedBy}${didYouMean(per, names)}`, definedAt)
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${subject}: '${column.name}' is ${withArticle(column.type)}; decisions are grouped by a string or an exact number`, definedAt)
  return column.name
}
