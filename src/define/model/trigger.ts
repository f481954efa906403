/** Triggers: what makes a model decide, and the fields that a decision has. */
import { didYouMean, show } from '../../base/index.ts'
import { GroupValue } from '../feature/features.ts'
import type { Field } from '../expression/words.ts'
import type { ColumnIR, FeatureIR, GroupIR, TriggerIR } from '../ir/ir.ts'
import type { ColumnSpecs, DeliveredOf, Kind, KindOf } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { Node, type Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/strict-record.ts'
import { typeInfoOf, SourceValue, type Source } from '../source/source.ts'

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

/** A feature that a model reads. */
export interface FeatureRead {
  readonly group: GroupIR
  readonly feature: FeatureIR
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
export function triggerRealm(model: string): Realm {
  const realm: Realm = {
    scope: 'input',
    name: `the trigger of ${model}`,
    make: (ir, type) => new Node(realm, ir, type),
    reads: new Set(),
  }
  return realm
}

/** The trigger's columns as nodes, by name. */
export function triggerFields(
  { name: trigger, columns }: Pick<TriggerValue, 'name' | 'columns'>,
  realm: Realm,
): Readonly<Record<string, Node>> {
  const nodes = columns.map(column => {
    const { name, type, scale } = column
    return [name, realm.make({ op: 'trigger', name, type, ...(scale !== undefined && { scale }) }, typeInfoOf(column))] as const
  })
  const names = columns.map(column => column.name)
  return strictRecord(Object.fromEntries(nodes), name => mistake(`${trigger} has no column '${name}'${didYouMean(name, names)}`))
}
