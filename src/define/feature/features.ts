/**
 * A feature group: features of one entity, from one source, read at one placement.
 *
 * Invariant: every feature is an aggregate over the group's own source, and the key's columns identify the group's entities, in order.
 */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import { AggregateCall, collectingCalls } from '../expression/aggregate-call.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import { callerPlace } from '../mistake/caller.ts'
import type { Entity, IdOf } from '../source/entity.ts'
import type { Expression, ExprKind, RawColumn, Scope } from '../expression/expression.ts'
import { entitiesOf, keyColumn, keyOf } from './group-key.ts'
import type { FeatureIR, GroupIR } from '../ir/ir.ts'
import type { Columns } from '../expression/kinds.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { mistake, userCall } from '../mistake/mistake.ts'
import { checkDistinct, checkName, checkOptions, notesOf } from '../mistake/names.ts'
import { describe, Node } from '../expression/node.ts'
import type { Expr } from '../expression/words.ts'
import { placementOf, type Placement } from './placement.ts'
import { strictRecord } from '../mistake/record.ts'
import { SourceValue, type Row, type Source } from '../source/source.ts'

declare const given: unique symbol

export type Entities = Entity | readonly Entity[]
type Features = Readonly<Record<string, Aggregate>>

/** A column that holds an entity's id; where it is NULL, the group has no such key. */
type KeyColumn<S extends Scope, E> = Expression<S, ExprKind, IdOf<E> | null> & RawColumn
export type KeyColumns<S extends Scope, E extends Entities> = E extends readonly Entity[]
  ? { readonly [I in keyof E]: KeyColumn<S, E[I]> }
  : readonly [KeyColumn<S, E>]

/** A group's features among a model's inputs. */
export type Read<F> = { readonly [N in keyof F]: F[N] extends Aggregate<infer K, infer T> ? Expr<'input', K, T> : never }
/** A group's features as delivered: `FeaturesOf<typeof cardNow>`. */
export type FeaturesOf<G> = G extends { readonly [given]?: infer F }
  ? { readonly [N in keyof F]: F[N] extends Aggregate<ExprKind, infer T> ? T : never }
  : never

export interface Group<E extends Entities = Entities, F = Features> {
  readonly name: string
  readonly ir: GroupIR
  /** The group at the key that columns of the trigger give, one a key column: `cardNow.of(p.card)`. */
  readonly of: (...key: KeyColumns<'input', E>) => Read<F>
  /** For types only. */
  readonly [given]?: F
}

export interface FeaturesOptions<C extends Columns, E extends Entities, F> {
  readonly from: Source<C>
  /** What the features belong to; several make a composite key. */
  readonly entity: E
  /** Which columns are the key, when the source does not have exactly one for each entity. */
  readonly key?: (row: Row<NoInfer<C>>) => (E extends Entity ? KeyColumn<'row', E> : never) | KeyColumns<'row', E>
  /** Placement of the feature group; default `batch('0 2 * * *', { lasts: '2h' })`. Start with a nightly run; stream groups that pay. */
  readonly place?: Placement
  readonly values: (row: Row<NoInfer<C>>) => F
  readonly owner?: string
  readonly description?: string
}

export function features<C extends Columns, const E extends Entities, F extends Features>(
  name: string,
  options: FeaturesOptions<C, E, F>,
): Group<E, F> {
  const what = `features '${checkName('features', name)}'`
  checkOptions(what, options, ['from', 'entity', 'key', 'place', 'values', 'owner', 'description'])
  const from: unknown = options.from
  if (from instanceof GroupValue) mistake(`${what}: from is the group '${from.name}'; of a table write from: ${from.name}.source`)
  if (!(from instanceof SourceValue))
    mistake(`${what}: from must be a source, got ${show(from)}${from === undefined ? ' (do two files import each other?)' : ''}`)
  const entities = entitiesOf(what, options.entity)
  const calls = featureCalls(what, from, options.values as (row: unknown) => unknown)
  const ir: GroupIR = {
    name,
    source: from.name,
    entity: entities,
    key: keyOf(what, from, entities, options.key),
    place: placementOf(what, options.place),
    features: calls.map(([feature, call]): FeatureIR => ({ name: feature, ...call.feature })),
    ...notesOf(what, options),
  }
  if (ir.place.kind === 'corrected') checkCorrected(what, calls)
  return new GroupValue(ir, from, Object.fromEntries(calls.map(([feature, call]) => [feature, call.result]))) as unknown as Group<E, F>
}

/** What a group is at run time. */
export class GroupValue {
  readonly name: string
  readonly ir: GroupIR
  readonly source: SourceValue
  readonly order: number
  readonly place: string | undefined
  readonly #types: Readonly<Record<string, TypeInfo>>

  constructor(ir: GroupIR, source: SourceValue, types: Readonly<Record<string, TypeInfo>>) {
    this.name = ir.name
    this.ir = ir
    this.source = source
    this.order = made++
    this.place = callerPlace()
    this.#types = types
    Object.freeze(this)
  }

  of(...columns: readonly unknown[]): Readonly<Record<string, Node>> {
    const { name, entity, features: all } = this.ir
    if (columns.length !== entity.length)
      mistake(`'${name}' is keyed by ${entity.join(' and ')}: of(…) takes ${entity.length}, got ${columns.length}`)
    const nodes = columns.map((column, i) => keyColumn(`'${name}'`, column, entity[i], 'trigger'))
    const { realm } = nodes[0]
    if (nodes.some(node => node.realm !== realm)) mistake(`'${name}': the key mixes two triggers`)
    realm.reads?.add(this)
    const key = nodes.map(node => node.ir.name)
    const values = all.map(({ name: feature, type, scale }) => {
      const ir = { op: 'feature', group: name, key, name: feature, type, ...(scale !== undefined && { scale }) } as const
      return [feature, realm.make(ir, this.#types[feature])] as const
    })
    const names = all.map(feature => feature.name)
    return strictRecord(Object.fromEntries(values), asked => mistake(`'${name}' has no feature '${asked}'${didYouMean(asked, names)}`))
  }
}

let made = 0

function featureCalls(what: string, source: SourceValue, values: (row: unknown) => unknown): readonly (readonly [string, AggregateCall])[] {
  if (typeof values !== 'function') mistake(`${what} needs values: r => ({ … }), got ${show(values)}`)
  const { result, calls } = collectingCalls(() => userCall(`${what}: values`, () => values(source.row)))
  if (result === null || typeof result !== 'object' || Object.keys(result).length === 0)
    mistake(`${what}: values must give at least one feature`)
  const named = Object.entries(result).map(([name, call]: [string, unknown]) => {
    checkName(`${what}: feature`, name)
    if (!(call instanceof AggregateCall))
      mistake(`${what}: '${name}' is no aggregate but ${describe(call)}; end it with .last('1h'), .mean('1h') or the like`)
    if (call.realms.some(realm => realm !== source.realm))
      mistake(`'${name}' is over ${call.realms.find(realm => realm !== source.realm)!.name}, not ${source.realm.name}`, call.place)
    return [name, call] as const
  })
  checkDistinct(
    what,
    named.map(([name]) => name),
  )
  const lost = calls.find(call => !named.some(([, kept]) => kept === call))
  if (lost) mistake(`${what}: this ${lost.feature.agg} becomes no feature; is a name used twice?`, lost.place)
  return named
}

function checkCorrected(what: string, calls: readonly (readonly [string, AggregateCall])[]): void {
  const before = calls.find(([, call]) => call.feature.before)
  if (before)
    mistake(
      `${what}: '${before[0]}' has before, which has no meaning at place corrected yet; leave one of them out`,
      before[1].place,
      'SPILL_UNSUPPORTED',
    )
}
