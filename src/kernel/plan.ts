/**
 * The plan of a feature group: which features share a structure, and the span and hop of each. `unit.ts` builds the structures.
 *
 * Sharing changes no value. It saves time and memory: events are filtered, evaluated and inserted once for all features of a structure.
 */
import { limits } from '../base/index.ts'
import { aggregateOf, isDouble, type AggregateFunction, type KernelPartial } from '../aggregate/index.ts'
import type { ExprIR, FeatureIR, GroupIR, SourceIR } from '../define/ir/index.ts'
import { LIFETIME_HOP } from './window.ts'

/** A feature, with the partial and the window from which its final values are computed. */
export interface PlannedFeature {
  readonly feature: FeatureIR
  /** Index among the group's features. */
  readonly index: number
  readonly aggregate: AggregateFunction
  readonly kernelPartial: KernelPartial
  readonly span: number
  readonly hop: number
}

/** Features that share one structure: the same events, the same value, the same kind of partial, the same kind of entries. */
export interface PlannedStructure {
  readonly kernelPartial: KernelPartial
  readonly before: boolean
  readonly where: ExprIR | undefined
  readonly input: ExprIR | undefined
  /** Is an entry an event (a hop of 1 ms) rather than a tile? */
  readonly exact: boolean
  readonly maxEntries: number
  readonly features: PlannedFeature[]
}

/**
 * Plans the structures of a group. Features share a structure if they aggregate the same value of the same events over windows whose
 * tails move alike. `count` needs no value, so it joins any exact sums over the same events.
 */
export function planStructures(group: GroupIR, source: SourceIR): PlannedStructure[] {
  const structures = new Map<string, PlannedStructure>()
  const nullable = new Set(source.columns.filter(column => column.nullable).map(column => column.name))
  const features = group.features.map((feature, index) => ({ feature, index }))
  const counts = features.filter(({ feature }) => feature.agg === 'count')
  const others = features.filter(({ feature }) => feature.agg !== 'count')
  for (const { feature, index } of [...others, ...counts]) {
    const planned = planFeature(feature, index)
    const id = structureId(planned)
    const host = feature.agg === 'count' ? hostOfCount(structures.values(), planned, nullable) : structures.get(id)
    if (host) host.features.push(...planned.features)
    else structures.set(id, planned)
  }
  return [...structures.values()]
}

function planFeature(feature: FeatureIR, index: number): PlannedStructure {
  const aggregate = aggregateOf(feature)
  const { kernelPartial } = aggregate
  const lifetime = feature.window === 'lifetime'
  const span = lifetime ? Infinity : feature.window
  const hop = lifetime ? LIFETIME_HOP : feature.hop
  const exact = hop === 1
  const maxEntries = exact ? (feature.maxEvents ?? limits.EXACT_EVENTS_PER_KEY) : limits.ENTRIES_PER_KEY_MAX
  const features = [{ feature, index, aggregate, kernelPartial, span, hop }]
  return { kernelPartial, before: feature.before === true, where: feature.where, input: feature.input, exact, maxEntries, features }
}

/**
 * The id of a structure that features can share. `recent` and `distinct` serve every window with one state, exact or not. Bands of
 * `folds` need equal tiles.
 */
function structureId({ kernelPartial, before, where, input, exact, maxEntries, features }: PlannedStructure): string {
  const tails = kernelPartial.kind === 'recent' || kernelPartial.kind === 'distinct' ? [] : [exact, maxEntries]
  if (kernelPartial.kind === 'folds') tails.push(features[0].hop)
  return JSON.stringify([kernelPartial.kind, detailOf(kernelPartial), before, where ?? null, input ?? null, ...tails])
}

/** The properties that partials of one kind must share to be kept together. */
function detailOf(kernelPartial: KernelPartial): unknown {
  switch (kernelPartial.kind) {
    case 'sums':
      return kernelPartial.bounds ?? null
    case 'folds':
      return kernelPartial.fold.name
    case 'extremes':
      return kernelPartial.sign
    case 'recent':
      return kernelPartial.nulls === true
    case 'distinct':
      return kernelPartial.limit
    case 'tallies':
      return kernelPartial.tally.counts
    default:
      return null
  }
}

function hostOfCount(
  structures: Iterable<PlannedStructure>,
  count: PlannedStructure,
  nullable: ReadonlySet<string>,
): PlannedStructure | undefined {
  for (const structure of structures) {
    if (structure.kernelPartial.kind !== 'sums' || structure.before !== count.before || structure.exact !== count.exact) continue
    if (structure.maxEntries !== count.maxEntries || JSON.stringify(structure.where) !== JSON.stringify(count.where)) continue
    if (!structure.input || !mayBeNull(structure.input, nullable)) return structure
  }
  return undefined
}

/** The largest magnitude of an exact input, by the declared bounds of its columns. */
export function boundOf(expr: ExprIR | undefined, source: SourceIR): number {
  if (!expr) return 0
  if (expr.type === 'bool') return 1
  if (isDouble(expr)) return limits.EXACT_MAX
  if (expr.op === 'literal') return Math.abs(expr.value as number)
  if (expr.op !== 'column') return limits.EXACT_MAX
  const column = source.columns.find(({ name }) => name === expr.name)
  if (column?.min === undefined || column.max === undefined) return limits.EXACT_MAX
  return Math.max(Math.abs(column.min), Math.abs(column.max))
}

/** Can an expression be NULL, given the nullable columns? Arithmetic can, by overflow or division. */
function mayBeNull(expr: ExprIR, nullable: ReadonlySet<string>): boolean {
  switch (expr.op) {
    case 'column':
      return nullable.has(expr.name)
    case 'literal':
    case 'isNull':
      return false
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
    case 'and':
    case 'or':
      return mayBeNull(expr.left, nullable) || mayBeNull(expr.right, nullable)
    case 'not':
      return mayBeNull(expr.of, nullable)
    default:
      return true
  }
}
