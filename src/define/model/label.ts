/**
 * The label of a model: the outcome of a decision, by which the model is trained and evaluated. No decision reads it.
 *
 * Types and values that `labelFrom`, `begins` and `happens` share. A label is made before its model. So a check that needs the model's
 * trigger runs when the model takes the label, and its message names the label's line.
 */
import { show } from '../../base/index.ts'
import { condition } from '../expression/aggregate-call.ts'
import { typeText } from '../expression/arithmetic.ts'
import type { Hint } from '../mistake/hint.ts'
import { callerLocation, mistake, callUserFunction, withArticle } from '../mistake/mistake.ts'
import type { Expression, ColumnSpecs } from '../expression/kinds.ts'
import { GroupValue } from '../feature/features.ts'
import type { ColumnIR, LabelIR, TriggerIR } from '../ir/ir.ts'
import type { Node } from '../expression/node.ts'
import { SourceValue, type Row } from '../source/source.ts'
import type { TriggerKind, TriggerValue } from './trigger.ts'

declare const decidedBy: unique symbol

/** A label, made by `labelFrom`, `begins`, `happens` or `doesNotHappen`, for models with a trigger of kind `B`. */
export interface Label<B extends TriggerKind = TriggerKind> {
  readonly [decidedBy]: (by: B) => void
}

/** A condition over the rows of a source. */
export type Condition<C extends ColumnSpecs> = (
  row: Row<C>,
) => Expression<'row', 'bool'> | Hint<'label: a condition over the row, such as r.fraud or r.amount.gt(5)'>

/** Trigger of a model that takes a label. */
export interface LabelledModel {
  /** Name of the model, for messages. */
  readonly model: string
  readonly decide: TriggerIR
  readonly trigger: TriggerValue
}

/** A label at run time; its IR needs its model. */
export class LabelValue {
  readonly source: SourceValue
  /** IR of the label for a model. Throws `SPILL_DEFINITION`. */
  readonly build: (of: LabelledModel, definedAt: string | undefined) => LabelIR
  readonly definedAt = callerLocation()

  constructor(source: SourceValue, build: LabelValue['build']) {
    this.source = source
    this.build = build
    Object.freeze(this)
  }
}

/** Source of a label. Throws `SPILL_DEFINITION` for anything else. */
export function labelSource(subject: string, value: unknown): SourceValue {
  if (value instanceof SourceValue) return value
  if (value instanceof GroupValue)
    mistake(`${subject} needs a source, got the group '${value.name}'; of a table write ${value.name}.source`)
  return mistake(`${subject} needs a source, got ${show(value)}`)
}

/** The user's condition over the rows of the source. Throws `SPILL_DEFINITION`. */
export function conditionOver(subject: string, source: SourceValue, build: unknown): Node {
  if (typeof build !== 'function') mistake(`${subject} is a condition over the row: r => r.glucose.lt(70), got ${show(build)}`)
  const value = condition(
    subject,
    callUserFunction(subject, () => build(source.row) as unknown),
  )
  if (value.realm !== source.realm) mistake(`${subject} is over ${value.realm.name}, not ${source.realm.name}`)
  return value
}

/** Column with the key of the model's decisions. */
export function decisionKey({ decide, trigger: { source, columns } }: LabelledModel): ColumnIR {
  if (decide.kind === 'every') return decide.column
  const key = decide.kind === 'request' ? decide.key : source!.ir.key
  return columns.find(({ name }) => name === key)!
}

/** A column of the label's source, or of the trigger, with its description for messages: `the id 'id' of source 'payments'`. */
export interface JoinedColumn {
  readonly column: ColumnIR
  readonly description: string
  /** The remedy if the columns do not fit, for messages. */
  readonly fix?: string
}

/** Checks that two columns can hold the same value: they have one type, and no two entities. */
export function checkJoinable(model: string, own: JoinedColumn, decided: JoinedColumn, definedAt: string | undefined): void {
  const fix = own.fix === undefined ? '' : `; ${own.fix}`
  const differ = (got: string, expected: string): never =>
    mistake(`${model}: ${own.description} is ${withArticle(got)}, and ${decided.description} ${withArticle(expected)}${fix}`, definedAt)
  const [got, expected] = [typeText(own.column), typeText(decided.column)]
  if (got !== expected) differ(got, expected)
  const [entity, decidedEntity] = [own.column.entity, decided.column.entity]
  if (entity !== undefined && decidedEntity !== undefined && entity !== decidedEntity) differ(entity, decidedEntity)
}
