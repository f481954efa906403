/** What makes a model decide, and the fields that a decision brings with it. */
import { didYouMean } from '../base/did-you-mean.ts'
import { show } from '../base/show.ts'
import type { Field } from './words.ts'
import type { Columns, DeliveredOf, KindOf } from './kinds.ts'
import { mistake, unsupported } from './mistake.ts'
import { Node, type Realm } from './node.ts'
import { strictRecord } from './record.ts'
import { infoOf, SourceValue, type Source } from './source.ts'

declare const triggered: unique symbol

export interface Trigger<C extends Columns = Columns> {
  readonly [triggered]: C
}

/** The triggering event's columns as expressions, as delivered. */
export type TriggerFields<C extends Columns> = { readonly [N in keyof C]: Field<'input', KindOf<C[N]>, DeliveredOf<C[N]>> }

/** Decides at every event of a source, with everything known up to and including it. */
export function on<C extends Columns>(source: Source<C>): Trigger<C> {
  const given: unknown = source
  if (!(given instanceof SourceValue)) mistake(`on(…) needs a source, got ${show(given)}`)
  return new TriggerValue(given) as unknown as Trigger<C>
}

export function request(..._notYet: unknown[]): never {
  return unsupported('request(…) comes with the live runtime; until then write decide: on(source)')
}

export class TriggerValue {
  readonly source: SourceValue
  constructor(source: SourceValue) {
    this.source = source
  }
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

export function triggerFields(source: SourceValue, realm: Realm): Readonly<Record<string, Node>> {
  const { columns } = source.ir
  const nodes = columns.map(column => {
    const { name, type, scale } = column
    return [name, realm.make({ op: 'trigger', name, type, ...(scale !== undefined && { scale }) }, infoOf(column))] as const
  })
  const names = columns.map(column => column.name)
  return strictRecord(Object.fromEntries(nodes), name =>
    mistake(`source '${source.name}' has no column '${name}'${didYouMean(name, names)}`),
  )
}
