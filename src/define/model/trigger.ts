/** What makes a model decide, and the fields that a decision brings with it. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import { GroupValue } from '../feature/features.ts'
import type { Field } from '../expression/words.ts'
import type { ColumnIR, FeatureIR, GroupIR, TriggerIR } from '../ir/ir.ts'
import type { Columns, DeliveredOf, Kind, KindOf } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { Node, type Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/record.ts'
import { infoOf, SourceValue, type Source } from '../source/source.ts'

declare const triggered: unique symbol
declare const requested: unique symbol
declare const decides: unique symbol

/** What decisions follow from: an event, with the kind of its id. */
export type By = ByEvent | 'tick' | 'request'
export interface ByEvent<K extends Kind | 'none' = Kind | 'none'> {
  readonly id: K
}

/** The kind of the ids in column `I`: `none` where there is no such column; `never`, which is of any kind, where nothing is known of it. */
type IdKind<C extends Columns, I extends string> = [I] extends [never] ? 'none' : string extends I ? never : KindOf<C[I]>

/** `R` is the fields that a request is made with; `null` where decisions come by themselves. */
export interface Trigger<C extends Columns = Columns, R = unknown, B extends By = By> {
  readonly [triggered]: C
  readonly [requested]: R
  readonly [decides]: B
}

/** The trigger's columns as expressions, as delivered. */
export type TriggerFields<C extends Columns> = { readonly [N in keyof C]: Field<'input', KindOf<C[N]>, DeliveredOf<C[N]>> }

/** Decides at every event of a source, with everything known up to and including it. */
export function on<C extends Columns, I extends string>(source: Source<C, I>): Trigger<C, null, ByEvent<IdKind<C, I>>> {
  const given: unknown = source
  if (given instanceof GroupValue) mistake(`on(…) needs a source, got the group '${given.name}'; of a table write on(${given.name}.source)`)
  if (!(given instanceof SourceValue)) mistake(`on(…) needs a source, got ${show(given)}`)
  const { ir, name } = given
  const value = new TriggerValue({
    name: `source '${name}'`,
    columns: ir.columns,
    source: given,
    build: () => ({ kind: 'on', source: name }),
  })
  return value as unknown as Trigger<C, null, ByEvent<IdKind<C, I>>>
}

/** A feature that a model reads. */
export interface FeatureRead {
  readonly group: GroupIR
  readonly feature: FeatureIR
}

interface TriggerParts {
  /** For messages. */
  readonly name: string
  readonly columns: readonly ColumnIR[]
  readonly source?: SourceValue
  /** The trigger of a model that reads these features, or the mistake in having it. `what` is the model, for messages. */
  readonly build: (what: string, reads: readonly FeatureRead[]) => TriggerIR
}

/** What a trigger is at run time: its IR is known once the model's reads are. */
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

/** Without a triggering event nothing is left out: a feature that says so was meant for another model. */
export function refuseBefore(what: string, trigger: string, reads: readonly FeatureRead[]): void {
  const read = reads.find(({ feature }) => feature.before)
  if (read)
    mistake(
      `${what} reads '${read.group.name}.${read.feature.name}', which leaves the triggering event out (before), and ${trigger} has none; ` +
        'read a feature without before',
    )
}

/** The realm of one model's inputs. */
export function triggerRealm(model: string): Realm {
  const realm: Realm = {
    scope: 'input',
    name: `the trigger of ${model}`,
    make: (ir, type) => new Node(realm, ir, type),
    reads: new Set(),
  }
  return realm
}

export function triggerFields(
  { name: trigger, columns }: Pick<TriggerValue, 'name' | 'columns'>,
  realm: Realm,
): Readonly<Record<string, Node>> {
  const nodes = columns.map(column => {
    const { name, type, scale } = column
    return [name, realm.make({ op: 'trigger', name, type, ...(scale !== undefined && { scale }) }, infoOf(column))] as const
  })
  const names = columns.map(column => column.name)
  return strictRecord(Object.fromEntries(nodes), name => mistake(`${trigger} has no column '${name}'${didYouMean(name, names)}`))
}
