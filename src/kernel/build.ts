import { compile, type Evaluate } from '../expression/index.ts'
import type { Strings } from '../columns/index.ts'
import { momentLayout, type MomentLayout, type MomentTerm } from '../aggregate/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { Distinct } from './distinct.ts'
import { Ends } from './ends.ts'
import { Extremes } from './extremes.ts'
import { Folds } from './folds.ts'
import { boundOf, type PlannedFeature, type PlannedStructure } from './plan.ts'
import { Recent } from './recent.ts'
import type { Structure } from './structure.ts'
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
  readonly readers: readonly UnitFeature[]
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
    readers: plan.features.map((planned, i) => ({
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
