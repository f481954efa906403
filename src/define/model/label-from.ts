/** The label `labelFrom`: a later event refers to the triggering event and has its outcome. A chargeback, an arrival, a diagnosis. */
import { didYouMean, show, type Duration } from '../../base/index.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { ColumnSpecs, KindOf } from '../expression/kinds.ts'
import { checkJoinable, conditionOver, labelSource, LabelValue, type Condition, type Label, type LabelledModel } from './label.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake, withArticle } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { Source } from '../source/source.ts'
import type { EventTrigger } from './trigger.ts'
import { boundedDurationOf } from '../expression/window.ts'

/** Names of the columns that can hold an id. */
type IdNames<C extends ColumnSpecs> = { [N in keyof C & string]: KindOf<C[N]> extends 'bool' ? never : N }[keyof C & string]

/** Options of `labelFrom`. */
export interface LabelFromOptions<C extends ColumnSpecs, Join = IdNames<C>> {
  /** Column with the id of the triggering event, of the id's type. */
  readonly join: Join extends IdNames<C>
    ? Join
    : Extract<keyof C, IdNames<C>> | Hint<'join: the column with the id of the triggering event'>
  /** Outcome as a condition over the row: `c => c.fraud`. */
  readonly value: Condition<C>
  /**
   * Horizon of the label: without an outcome it is false this long after the decision. Later outcomes are counted and change
   * nothing.
   */
  readonly negativeAfter: Duration | Hint<DurationAdvice<'negativeAfter'>>
  /**
   * Actions of the model that stop outcomes, by name: a declined payment is never charged back. Labels of the decisions that
   * they acted on are unknown. Only actions with `do: answer(…)`.
   */
  readonly censoredBy?: string | readonly string[]
}

/**
 * Labels decisions by a later event of `source` whose column `join` has the id of the triggering event.
 *
 * The first such event by log position decides. For models that decide `on` a source with an id (semantics, Labels).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a source, column or option that does not fit.
 * @example
 * const chargebacks = source('chargebacks', {
 *   schema: { payment: t.string(), at: t.timestamp(), fraud: t.bool() },
 *   key: 'payment',
 *   time: 'at',
 * })
 * const label = labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' })
 */
export function labelFrom<C extends ColumnSpecs, Join extends string>(
  source: Source<C>,
  options: LabelFromOptions<NoInfer<C>, Join>,
): Label<EventTrigger<KindOf<C[Join]>>> {
  const origin = labelSource('labelFrom', source)
  const subject = `labelFrom(${origin.name})`
  checkOptions(subject, options, ['join', 'value', 'negativeAfter', 'censoredBy'])
  const joinColumn = joinOf(subject, origin.ir.columns, options.join)
  const value = conditionOver(`${subject}: value`, origin, options.value)
  const negativeAfter = boundedDurationOf(`${subject}: negativeAfter`, options.negativeAfter)
  const censoredBy = censoringOf(subject, options.censoredBy)
  const label = new LabelValue(origin, (of, definedAt) => {
    checkJoin(subject, joinColumn, of, definedAt)
    return { kind: 'from', source: origin.name, join: joinColumn.name, value: value.ir, negativeAfter, ...(censoredBy && { censoredBy }) }
  })
  return label as unknown as Label<EventTrigger<KindOf<C[Join]>>>
}

/** Names of the actions in `censoredBy`. The pipeline checks that they exist. */
function censoringOf(subject: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const names: unknown[] = Array.isArray(value) ? value : [value]
  if (names.length === 0) mistake(`${subject}: censoredBy names no action; leave it out`)
  const stray = names.find(name => typeof name !== 'string')
  if (stray !== undefined) mistake(`${subject}: censoredBy is the name of an action, or a list of names, got ${show(stray)}`)
  return [...new Set(names as string[])]
}

function joinOf(subject: string, columns: readonly ColumnIR[], join: unknown): ColumnIR {
  const names = columns.map(({ name }) => name)
  if (join === undefined) mistake(`${subject} needs join: the column with the id of the triggering event`)
  const column =
    columns.find(({ name }) => name === join) ?? mistake(`${subject}: join ${show(join)} is no column${didYouMean(join, names)}`)
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${subject}: join '${column.name}' is ${withArticle(column.type)}; an id is a string or an exact number`)
  return column
}

/** Checks that the column has the type and entity of the triggering event's id. */
function checkJoin(subject: string, joinColumn: ColumnIR, { model, trigger }: LabelledModel, definedAt: string | undefined): void {
  const { source, name: deciding } = trigger
  if (!source)
    mistake(
      `${model}: ${subject} needs triggering events with ids, ` +
        `and the model decides by ${deciding}; write decide: on(source), or use begins(…) or happens(…)`,
      definedAt,
    )
  const id = source.ir.columns.find(({ name }) => name === source.ir.id)
  if (!id)
    mistake(`${model}: ${subject} needs triggering events with ids, and ${deciding} has none; name the column: id: 'COLUMN'`, definedAt)
  checkJoinable(
    model,
    { column: joinColumn, description: `join '${joinColumn.name}' of ${subject}` },
    { column: id, description: `the id '${id.name}' of ${deciding}` },
    definedAt,
  )
}
