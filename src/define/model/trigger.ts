/** Triggers: what makes a model decide, and the fields that a decision has. */
import { show } from '../../base/index.ts'
import { GroupValue } from '../feature/features.ts'
import type { Field } from '../expression/words.ts'
import type { ColumnIR, TriggerIR, ModelIR, PipelineIR, SourceIR } from '../ir/ir.ts'
import type { ColumnSpecs, DeliveredOf, Kind, KindOf } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { inputRealm, type Realm } from '../expression/node.ts'
import type { FeatureRead } from './inputs.ts'
import { SourceValue, type Source } from '../source/source.ts'

declare const triggered: unique symbol
declare const requested: unique symbol
declare const decides: unique symbol

/** Kind of a trigger; for events with the kind of their id. */
export type TriggerKind = EventTrigger | 'tick' | 'request'
/** Trigger by events whose id is of kind `K`; `'none'` for events without an id. */
export interface EventTrigger<K extends Kind | 'none' = Kind | 'none'> {
  readonly id: K
}

/** Kind of the ids in column `I`: `none` without such a column; `never`, which fits any kind, where the column is not known. */
type IdKind<C extends ColumnSpecs, I extends string> = [I] extends [never] ? 'none' : string extends I ? never : KindOf<C[I]>

/** A trigger, made by `on`, `every` or `request`. `C` are its columns; `R` the fields of a request, `null` for other triggers. */
export interface Trigger<C extends ColumnSpecs = ColumnSpecs, R = unknown, B extends TriggerKind = TriggerKind> {
  readonly [triggered]: C
  readonly [requested]: R
  readonly [decides]: B
}

/** The trigger's columns as expressions over delivered values. */
export type TriggerFields<C extends ColumnSpecs> = { readonly [N in keyof C]: Field<'input', KindOf<C[N]>, DeliveredOf<C[N]>> }

/**
 * Decides at every event of a source, with all events up to and including it.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for anything but a source.
 * @example
 * const large = model('largePayment', {
 *   decide: on(payments),
 *   inputs: p => ({ amount: p.amount }),
 *   score: linear({ intercept: 0, weights: { amount: 1 } }),
 * })
 */
export function on<C extends ColumnSpecs, I extends string>(source: Source<C, I>): Trigger<C, null, EventTrigger<IdKind<C, I>>> {
  const input: unknown = source
  if (input instanceof GroupValue) mistake(`on(…) needs a source, got the group '${input.name}'; of a table write on(${input.name}.source)`)
  if (!(input instanceof SourceValue)) mistake(`on(…) needs a source, got ${show(input)}`)
  const { ir, name } = input
  const value = new TriggerValue({
    name: `source '${name}'`,
    columns: ir.columns,
    source: input,
    build: () => ({ kind: 'on', source: name }),
  })
  return value as unknown as Trigger<C, null, EventTrigger<IdKind<C, I>>>
}

interface TriggerParts {
  /** Name for messages. */
  readonly name: string
  readonly columns: readonly ColumnIR[]
  readonly source?: SourceValue
  /** IR of the trigger for a model that reads these features. Throws `SPILL_DEFINITION`; `subject` is the model, for messages. */
  readonly build: (subject: string, reads: readonly FeatureRead[]) => TriggerIR
}

/** A trigger at run time; its IR needs the features that the model reads. */
export class TriggerValue {
  readonly name: string
  readonly columns: readonly ColumnIR[]
  readonly source: SourceValue | undefined
  readonly build: TriggerParts['build']

  constructor({ name, columns, source, build }: TriggerParts) {
    this.name = name
    this.columns = columns
    this.source = source
    this.build = build
  }
}

/** Rejects features with `before` where there is no triggering event: they were meant for another model. */
export function rejectBefore(subject: string, trigger: string, reads: readonly FeatureRead[]): void {
  const read = reads.find(({ feature }) => feature.before)
  if (read)
    mistake(
      `${subject} reads '${read.group.name}.${read.feature.name}', which leaves the triggering event out (before), ` +
        `and ${trigger} has none; ` +
        'read a feature without before',
    )
}

/** Realm of one model's inputs. */
export const triggerRealm = (model: string): Realm => inputRealm(`the trigger of ${model}`, { reads: new Set() })

/** Columns that the model's inputs may refer to, and that have the keys of the groups it reads. */
export function triggerColumns(ir: PipelineIR, { decide }: ModelIR): readonly ColumnIR[] {
  if (decide.kind === 'every') return [decide.column]
  return decide.kind === 'request' ? decide.columns : sourceNamed(ir, decide.source).columns
}

/** Column with the key of a decision. */
export function triggerKey(ir: PipelineIR, model: ModelIR): ColumnIR {
  const { decide } = model
  if (decide.kind === 'every') return decide.column
  const key = decide.kind === 'request' ? decide.key : sourceNamed(ir, decide.source).key
  return triggerColumns(ir, model).find(({ name }) => name === key)!
}

/** Column with the id of the triggering event, if the trigger is a source with ids. */
export function triggerId(ir: PipelineIR, { decide }: ModelIR): ColumnIR | undefined {
  if (decide.kind !== 'on') return undefined
  const { id, columns } = sourceNamed(ir, decide.source)
  return columns.find(({ name }) => name === id)
}

/** Column of decisions that the events of a label name: the id of the trigger for `labelFrom`, otherwise its key. */
export const labelledColumn = (ir: PipelineIR, model: ModelIR): ColumnIR =>
  model.label?.kind === 'from' ? triggerId(ir, model)! : triggerKey(ir, model)

const sourceNamed = (ir: PipelineIR, name: string): SourceIR => ir.sources.find(source => source.name === name)!
