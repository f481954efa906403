/**
 * A feature group: features of one entity, computed from one source, read at one placement.
 *
 * Invariant: every feature is an aggregate over the group's own source, and the key's columns identify the group's entities, in
 * order.
 */
import { type Duration, show } from '../../base/index.ts'
import { AggregateCall, collectCalls } from '../expression/aggregate-call.ts'
import type { Aggregate } from '../expression/aggregating.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { callerLocation, callUserFunction, mistake, unsupportedDefinition } from '../mistake/mistake.ts'
import type { Entity, IdOf } from '../source/entity.ts'
import type { Expression, ExprKind, RawColumn, Scope, ColumnSpecs } from '../expression/kinds.ts'
import { freshnessOf } from './freshness-objective.ts'
import { entitiesOf, keyColumn, keyOf } from './group-key.ts'
import type { FeatureIR, GroupIR, Notes } from '../ir/ir.ts'
import type { TypeInfo } from '../expression/literal.ts'
import { checkDistinct, checkName, checkOptions, notesOf, optionNames, strictRecord } from '../mistake/names.ts'
import { bareType } from '../expression/arithmetic.ts'
import { describe, type Node } from '../expression/node.ts'
import type { Expr } from '../expression/words.ts'
import { placementOf, type PlaceAdvice, type Placement } from './placement.ts'
import { SourceValue, type Row, type Source } from '../source/source.ts'

declare const featureTypes: unique symbol

/** One entity, or several for a composite key. */
export type Entities = Entity | readonly Entity[]
type Features = Readonly<Record<string, Aggregate | Hint<"values: end a feature with an aggregate, such as .last('1h') or .mean('1h')">>>

/** A column with the id of an entity; where it is NULL, the event is not in the group. */
type KeyColumn<S extends Scope, E> = Expression<S, ExprKind, IdOf<E> | null> & RawColumn
type KeyAdvice<E> = E extends Entity<infer Name> ? `key: a column of entity('${Name}', …)` : never
/** Key columns of a group, one per entity. */
export type KeyColumns<S extends Scope, E extends Entities> = E extends readonly Entity[]
  ? { readonly [I in keyof E]: KeyColumn<S, E[I]> | Hint<KeyAdvice<E[I]>> }
  : readonly [KeyColumn<S, E> | Hint<KeyAdvice<E>>]

/** Result of the option `key`: one key column per entity. A group of one entity may give the column without a list. */
type KeySelection<E extends Entities> = KeyColumns<'row', E> | (E extends Entity ? KeyColumn<'row', E> : never)

/** Features of a group as inputs of a model: the result of `group.of(…)`. */
export type GroupInputs<F> = { readonly [N in keyof F]: F[N] extends Aggregate<infer K, infer T> ? Expr<'input', K, T> : never }
/** Type of a group's delivered features: `FeaturesOf<typeof cardNow>`. */
export type FeaturesOf<G> = G extends { readonly [featureTypes]?: infer F }
  ? { readonly [N in keyof F]: F[N] extends Aggregate<ExprKind, infer T> ? T : never }
  : never

/** A feature group, made by `features`. */
export interface Group<E extends Entities = Entities, F = Features> {
  readonly name: string
  /** The group as data. */
  readonly ir: GroupIR
  /**
   * Reads the group in the inputs of a model, at the key that columns of the trigger have, one per key column: `cardNow.of(p.card)`.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for a column that does not hold the group's entity, for fewer or more columns than the key
   * has, and for columns of two triggers.
   */
  readonly of: (...key: KeyColumns<'input', E>) => GroupInputs<F>
  /** Exists in types only. */
  readonly [featureTypes]?: F
}

/** Options of `features`. */
export interface FeaturesOptions<C extends ColumnSpecs, E extends Entities, F> extends Notes {
  /** Source of the events; of a table `plans.source`. */
  readonly from: Source<C> | Hint<'from: a source, or of a table plans.source'>
  /** Entity that the features describe; several entities make a composite key. */
  readonly entity: E | Hint<"entity: made by entity('card', t.string())">
  /** Key columns, where the source does not have exactly one column for each entity: `p => p.card`. */
  readonly key?: ((row: Row<NoInfer<C>>) => KeySelection<E>) | Hint<KeyAdvice<NoInfer<E>>>
  /**
   * Placement of the feature group; default `batch('0 2 * * *', { lasts: '2h' })`. Start with a nightly run, and
   * choose `stream` for the groups whose fresher values are worth their cost; `spillway audit` reports which.
   */
  readonly place?: Placement | Hint<PlaceAdvice>
  /**
   * Freshness objective: the greatest age at which a decision may read the group, and the share of decisions that must read it within
   * that age, 0.99 unless stated. Runs measure it and alert by it. It replaces the objective that the audit finds.
   */
  readonly freshness?: { readonly objective: Duration | Hint<DurationAdvice<'objective'>>; readonly target?: number }
  /** Features by name: aggregates over the source's row. */
  readonly values: (row: Row<NoInfer<C>>) => F
}

const featuresOptions = optionNames<FeaturesOptions<ColumnSpecs, Entities, Features>>({
  from: true,
  entity: true,
  key: true,
  place: true,
  freshness: true,
  values: true,
  owner: true,
  description: true,
})

/**
 * Defines a feature group: features of one entity, computed from one source.
 *
 * `values` gets the source's row and returns one aggregate per feature. Change `place` to compute the same values live or in
 * batch runs. A model reads the group with `cardNow.of(p.card)`.
 *
 * @throws SpillwayError `SPILL_DEFINITION`, at the line of the call, for an unknown option or column, and for a value that is
 * no aggregate; `SPILL_UNSUPPORTED` for the option `before` of an aggregate at the placement `corrected`.
 * @example
 * const cardNow = features('cardNow', {
 *   from: payments,
 *   entity: card,
 *   place: stream,
 *   values: p => ({ n10m: count('10m'), mean30d: p.amount.mean('30d') }),
 * })
 * @example
 * // A test shows what comes out: `import { testing } from 'spillway/testing'`.
 * const run = await testing(pipeline('example', [cardNow]), { at: '2026-01-01T12:00:00Z' })
 * await run.send(payments, [
 *   { id: 'p1', card: 'c1', amount: 5, at: '2026-01-01T12:00:00Z' },
 *   { id: 'p2', card: 'c1', amount: 7, at: '2026-01-01T12:05:00Z' },
 * ])
 * run.features(cardNow, 'c1') // => { n10m: 2, mean30d: 6 }
 * @example
 * // Without `place`: values of a batch run at 02:00 UTC each night. `where` counts a part of the events.
 * const cardHistory = features('cardHistory', {
 *   from: payments,
 *   entity: card,
 *   values: p => ({ large90d: count('90d', { where: p.amount.gt(1000) }), largest: p.amount.max('lifetime') }),
 * })
 */
export function features<C extends ColumnSpecs, const E extends Entities, F extends Features>(
  name: string,
  options: FeaturesOptions<C, E, F>,
): Group<E, F> {
  const subject = `features '${checkName('features', name)}'`
  checkOptions(subject, options, featuresOptions)
  const from: unknown = options.from
  if (from instanceof GroupValue) mistake(`${subject}: from is the group '${from.name}'; of a table write from: ${from.name}.source`)
  if (!(from instanceof SourceValue))
    mistake(`${subject}: from must be a source, got ${show(from)}${from === undefined ? ' (do two files import each other?)' : ''}`)
  const entities = entitiesOf(subject, options.entity)
  const calls = featureCalls(subject, from, options.values as (row: unknown) => unknown)
  const ir: GroupIR = {
    name,
    source: from.name,
    entity: entities,
    key: keyOf(subject, from, entities, options.key),
    place: placementOf(subject, options.place),
    features: calls.map(featureIR),
    ...freshnessOf(subject, options.freshness),
    ...notesOf(subject, options),
  }
  if (ir.place.kind === 'corrected') checkCorrected(subject, calls)
  return groupOf<Group<E, F>>(ir, from, calls)
}

/** An aggregate with the name of its feature. */
export type NamedCall = readonly [name: string, call: AggregateCall]

export const featureIR = ([name, call]: NamedCall): FeatureIR => ({ name, ...call.feature })

/** The members of `Group` without the types of its key and features, which `GroupValue` does not know. */
type GroupShape = Pick<Group, 'name' | 'ir'> & { readonly of: (...key: never) => object }

/** A group of `calls` over `source`. `G` exists in types only: the group that its definition declares. */
export function groupOf<G extends GroupShape>(ir: GroupIR, source: SourceValue, calls: readonly NamedCall[]): G {
  const types = Object.fromEntries(calls.map(([name, call]) => [name, call.result]))
  const group: GroupShape = new GroupValue(ir, source, types)
  return group as G
}

let nextOrder = 0

/** A feature group at run time. */
export class GroupValue implements GroupShape {
  readonly name: string
  readonly ir: GroupIR
  readonly source: SourceValue
  /** Order of definition, in which a pipeline lists its groups, whichever part refers to a group first. */
  readonly order = nextOrder++
  readonly definedAt = callerLocation()
  readonly #types: Readonly<Record<string, TypeInfo>>

  constructor(ir: GroupIR, source: SourceValue, types: Readonly<Record<string, TypeInfo>>) {
    this.name = ir.name
    this.ir = ir
    this.source = source
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
    // `model` lists the groups that it reads from this set: an expression holds only the name of its group.
    realm.reads?.add(this)
    const key = nodes.map(node => node.ir.name)
    const values = all.map(feature => {
      const ir = { op: 'feature', group: name, key, name: feature.name, ...bareType(feature) } as const
      return [feature.name, realm.make(ir, this.#types[feature.name])]
    })
    return strictRecord(Object.fromEntries(values) as Record<string, Node>, `'${name}' has no feature`)
  }
}

function featureCalls(subject: string, source: SourceValue, values: (row: unknown) => unknown): readonly NamedCall[] {
  if (typeof values !== 'function') mistake(`${subject} needs values: r => ({ … }), got ${show(values)}`)
  const { result, calls } = collectCalls(() => callUserFunction(`${subject}: values`, () => values(source.row)))
  if (result === null || typeof result !== 'object' || Object.keys(result).length === 0)
    mistake(`${subject}: values must give at least one feature`)
  const entries = Object.entries(result).map(([name, call]: [string, unknown]) => {
    checkName(`${subject}: feature`, name)
    if (!(call instanceof AggregateCall))
      mistake(`${subject}: '${name}' is no aggregate but ${describe(call)}; end it with .last('1h'), .mean('1h') or the like`)
    if (call.realms.some(realm => realm !== source.realm))
      mistake(
        `${subject}: '${name}' is over ${call.realms.find(realm => realm !== source.realm)!.name}, not ${source.realm.name}`,
        call.definedAt,
      )
    return [name, call] as const
  })
  checkDistinct(
    subject,
    entries.map(([name]) => name),
  )
  const dropped = calls.find(call => !entries.some(([, feature]) => feature === call))
  if (dropped) mistake(`${subject}: this ${dropped.feature.agg} is not returned as a feature; is a name used twice?`, dropped.definedAt)
  return entries
}

function checkCorrected(subject: string, calls: readonly NamedCall[]): void {
  const before = calls.find(([, call]) => call.feature.before)
  if (before)
    unsupportedDefinition(
      `${subject}: '${before[0]}' has before, which has no meaning at place corrected yet; leave one of them out`,
      before[1].definedAt,
    )
}
