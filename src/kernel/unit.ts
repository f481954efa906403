import { compile, type Evaluate } from '../expression/index.ts'
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import { momentLayout, nullValue, type MomentLayout, type MomentTerm } from '../aggregate/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { Distinct } from './distinct.ts'
import { Ends } from './ends.ts'
import { Extremes } from './extremes.ts'
import { Folds } from './folds.ts'
import { boundOf, type PlannedFeature, type PlannedStructure } from './plan.ts'
import { Recent } from './recent.ts'
import type { Structure, StructureInput } from './structure.ts'
import { PrefixSums } from './prefix-sums.ts'
import { Tallies, type WindowTally } from './tallies.ts'
import { Windows } from './window.ts'

/** A structure, the expressions that feed it, and the features that read it. */
export interface KernelUnit {
  readonly structure: Structure
  readonly before: boolean
  readonly where: Evaluate | undefined
  readonly input: Evaluate | undefined
  readonly layout: MomentLayout | undefined
  /** Are the aggregated values string ids? */
  readonly isText: boolean
  /** Do events with a NULL input take part? */
  readonly nulls: boolean
  /** For a table: the column that marks tombstones. */
  readonly tombstone: string | undefined
  readonly features: readonly UnitFeature[]
}

/** One feature of a structure. */
export interface UnitFeature extends PlannedFeature {
  /** Index of its partial in the structure: one per window, or one per feature for tallies. */
  readonly window: number
}

/** Compiles a planned structure: its filter and input expressions, its layout, and the empty structure. */
export function buildUnit(plan: PlannedStructure, source: SourceIR, strings: Strings, sketchFrom?: number): KernelUnit {
  const plannedWindows = distinctWindows(plan.features)
  const context = { strings }
  const common = {
    before: plan.before,
    where: plan.where && compile(plan.where, context),
    input: plan.input && compile(plan.input, context),
    isText: plan.input?.type === 'string',
    nulls: plan.kernelPartial.kind === 'recent' && plan.kernelPartial.nulls === true,
    tombstone: source.identity ? undefined : source.deleted,
    features: plan.features.map((planned, i) => ({
      ...planned,
      window: planned.kernelPartial.kind === 'tallies' ? i : windowIndex(plannedWindows, planned),
    })),
  }
  const layout = plan.kernelPartial.kind === 'sums' ? sumsLayout(plan, source) : undefined
  return { ...common, layout, structure: buildStructure(plan, plannedWindows, layout, strings, sketchFrom) }
}

function buildStructure(
  { kernelPartial, maxEntries, input, features }: PlannedStructure,
  plannedWindows: readonly PlannedFeature[],
  layout: MomentLayout | undefined,
  strings: Strings,
  sketchFrom: number | undefined,
): Structure {
  const windows = new Windows(plannedWindows)
  const isText = input?.type === 'string'
  switch (kernelPartial.kind) {
    case 'sums':
      return new PrefixSums(windows, layout!, maxEntries)
    case 'folds':
      return new Folds(windows, kernelPartial.fold, maxEntries)
    case 'extremes':
      return new Extremes(windows, kernelPartial.sign, isText ? strings : undefined, maxEntries)
    case 'ends':
      return new Ends(windows, maxEntries, isText)
    case 'recent':
      return new Recent(windows, Math.max(...features.map(({ feature }) => feature.k ?? 1)), isText)
    case 'distinct':
      return new Distinct(windows, kernelPartial.limit, isText ? strings : undefined, sketchFrom)
    case 'tallies':
      return new Tallies(
        windows,
        features.flatMap(planned => windowTallies(planned, plannedWindows)),
        maxEntries,
        isText ? strings : undefined,
      )
  }
}

const windowIndex = (windows: readonly PlannedFeature[], { span, hop }: PlannedFeature): number =>
  windows.findIndex(window => window.span === span && window.hop === hop)

const windowTallies = (planned: PlannedFeature, windows: readonly PlannedFeature[]): WindowTally[] =>
  planned.kernelPartial.kind === 'tallies' ? [{ window: windowIndex(windows, planned), tally: planned.kernelPartial.tally }] : []

/** The layout of all terms that the features need, and of their histogram buckets. */
function sumsLayout(plan: PlannedStructure, source: SourceIR): MomentLayout {
  const { features, input } = plan
  const terms = new Set<MomentTerm>()
  for (const { kernelPartial } of features) {
    if (kernelPartial.kind === 'sums') for (const term of kernelPartial.terms) terms.add(term)
  }
  return momentLayout(terms, boundOf(input, source), plan.kernelPartial.kind === 'sums' ? plan.kernelPartial.bounds : undefined)
}

/** All distinct windows of the planned structures, shortest first. */
export const allWindows = (plans: readonly PlannedStructure[]): Windows =>
  new Windows(distinctWindows(plans.flatMap(({ features }) => features)))

/** The distinct windows of some features, shortest first. */
function distinctWindows(features: readonly PlannedFeature[]): PlannedFeature[] {
  const windows = new Map(features.map(planned => [`${planned.span} ${planned.hop}`, planned]))
  return [...windows.values()].sort((a, b) => a.span - b.span || a.hop - b.hop)
}

/**
 * Builds the input of a unit's structure from a block: the events whose `where` is true, whose input is not NULL, and which are no
 * tombstones. A unit that takes NULLs sees every event whose `where` is true, with `nullValue` for a NULL input and for tombstones.
 */
export function structureInput(unit: KernelUnit, block: Block, slots: Int32Array, watermark: Float64Array): StructureInput {
  const { length } = block
  const leaf = (node: { readonly name: string }): ColumnData => block.columns[node.name]
  const where = unit.where?.(leaf, length)
  const input = unit.input?.(leaf, length)
  const filter = where ? notTrue(where, length) : undefined
  const tombstones = unit.tombstone === undefined ? undefined : isTrue(block.columns[unit.tombstone], length)
  const empty = union(tombstones, input?.nulls, length)
  const value = input ? doubles(input, length) : new Float64Array(length)
  return {
    slots,
    time: block.time,
    arrival: block.arrival,
    sourcePosition: block.sourcePosition,
    watermark,
    value: unit.nulls && empty ? withNulls(value, empty, length) : value,
    skip: unit.nulls ? filter : union(filter, empty, length),
  }
}

function notTrue({ values, nulls }: ColumnData, length: number): Uint8Array {
  const skip = new Uint8Array(length)
  for (let i = 0; i < length; i++) if (values[i] !== 1 || nulls?.[i]) skip[i] = 1
  return skip
}

function isTrue({ values, nulls }: ColumnData, length: number): Uint8Array {
  const marks = new Uint8Array(length)
  for (let i = 0; i < length; i++) if (values[i] === 1 && !nulls?.[i]) marks[i] = 1
  return marks
}

/** Union of two masks. Overwrites `left` if both are given. */
function union(left: Uint8Array | undefined, right: Uint8Array | undefined, length: number): Uint8Array | undefined {
  if (!left || !right) return left ?? right
  for (let i = 0; i < length; i++) if (right[i]) left[i] = 1
  return left
}

function withNulls(value: Float64Array, empty: Uint8Array, length: number): Float64Array {
  const copy = value.slice(0, length)
  for (let i = 0; i < length; i++) if (empty[i]) copy[i] = nullValue
  return copy
}

const doubles = ({ values }: ColumnData, length: number): Float64Array =>
  values instanceof Float64Array ? values : Float64Array.from(values.subarray(0, length))
