/**
 * What came of a decision: the label of a model, by which it is judged and trained. It changes nothing that decides.
 *
 * Types and values that `labelFrom` and `begins` share. A label is made before its model, so that what depends on how the model decides is
 * checked when the model takes it, and said where the label was made.
 */
import { show } from '../../base/show.ts'
import { condition } from '../expression/aggregate-call.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Expression } from '../expression/expression.ts'
import { GroupValue } from '../feature/features.ts'
import type { LabelIR, TriggerIR } from '../ir/ir.ts'
import type { Columns } from '../expression/kinds.ts'
import { mistake, userCall } from '../mistake/mistake.ts'
import type { Node } from '../expression/node.ts'
import { SourceValue, type Row } from '../source/source.ts'
import type { By, TriggerValue } from './trigger.ts'

declare const decidedBy: unique symbol

/** A label for models whose decisions follow from `B`. */
export interface Label<B extends By = By> {
  readonly [decidedBy]: (by: B) => void
}

/** A condition over the rows of a source. */
export type Condition<C extends Columns> = (row: Row<C>) => Expression<'row', 'bool'>

/** How a model that takes a label decides. */
export interface Labelled {
  /** For messages. */
  readonly model: string
  readonly decide: TriggerIR
  readonly trigger: TriggerValue
}

/** What a label is at run time: its IR is known once its model is. */
export class LabelValue {
  readonly source: SourceValue
  /** The label of this model, or the mistake in having it. */
  readonly build: (of: Labelled, place: string | undefined) => LabelIR
  readonly place: string | undefined

  constructor(source: SourceValue, build: LabelValue['build']) {
    this.source = source
    this.build = build
    this.place = callerPlace()
    Object.freeze(this)
  }
}

/** The source that a label is from, or the mistake in what was given for one. */
export function labelSource(what: string, given: unknown): SourceValue {
  if (given instanceof SourceValue) return given
  if (given instanceof GroupValue) mistake(`${what} needs a source, got the group '${given.name}'; of a table write ${given.name}.source`)
  return mistake(`${what} needs a source, got ${show(given)}`)
}

/** The user's condition over the rows of the source. */
export function conditionOver(what: string, source: SourceValue, build: unknown): Node {
  if (typeof build !== 'function') mistake(`${what} is a condition over the row: r => r.glucose.lt(70), got ${show(build)}`)
  const given = condition(
    what,
    userCall(what, () => build(source.row) as unknown),
  )
  if (given.realm !== source.realm) mistake(`${what} is over ${given.realm.name}, not ${source.realm.name}`)
  return given
}
