import { compile, type Evaluate } from '../expression/index.ts'
import type { Strings } from '../columns/strings.ts'
import { momentLayout, type MomentLayout, type MomentTerm } from '../aggregate/moments.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { Distinct } from './distinct.ts'
import { Ends } from './ends.ts'
import { Extremes } from './extremes.ts'
import { Folds } from './folds.ts'
import { boundOf, type PlannedFeature, type PlannedStructure } from './plan.ts'
import { Recent } from './recent.ts'
import type { Structure } from './structure.ts'
import { Sums } from './sums.ts'
import { Tallies, type TallyAsk } from './tallies.ts'
import { Windows } from './window.ts'

/** A structure with what feeds it and what reads it. */
export interface Unit {
  readonly structure: Structure
  readonly before: boolean
  readonly where: Evaluate | undefined
  readonly input: Evaluate | undefined
  readonly layout: MomentLayout | undefined
  /** Is the value aggregated the id of a string? */
  readonly isText: boolean
  /** Does an event whose input is NULL take part? */
  readonly nulls: boolean
  /** Of a table: the column that marks its tombstones. */
  readonly tombstone: string | undefined
  readonly readers: readonly Reader[]
}

export interface Reader extends PlannedFeature {
  /** Which of the structure's partials: one a window, of tallies one a feature. */
  readonly window: number
}

export function buildUnit(plan: PlannedStructure, source: SourceIR, strings: Strings, sketchFrom?: number): Unit {
  const windows = distinctWindows(plan.features)
  const context = { strings }
  const common = {
    before: plan.before,
    where: plan.where && compile(plan.where, context),
    input: plan.input && compile(plan.input, context),
    isText: plan.input?.type === 'string',
    nulls: plan.partial.kind === 'recent' && plan.partial.nulls === true,
    tombstone: source.identity ? undefined : source.deleted,
    readers: plan.features.map((planned, i) => ({
      ...planned,
      window: planned.partial.kind === 'tallies' ? i : placeIn(windows, planned),
    })),
  }
  const layout = plan.partial.kind === 'sums' ? sumsLayout(plan, source) : undefined
  return { ...common, layout, structure: buildStructure(plan, windows, layout, strings, sketchFrom) }
}

function buildStructure(
  { partial, maxEntries, input, features }: PlannedStructure,
  kept: readonly PlannedFeature[],
  layout: MomentLayout | undefined,
  strings: Strings,
  sketchFrom: number | undefined,
): Structure {
  const windows = new Windows(kept)
  const isText = input?.type === 'string'
  switch (partial.kind) {
    case 'sums':
      return new Sums(windows, layout!, maxEntries)
    case 'folds':
      return new Folds(windows, partial.fold, maxEntries)
    case 'extremes':
      return new Extremes(windows, partial.sign, isText ? strings : undefined, maxEntries)
    case 'ends':
      return new Ends(windows, maxEntries, isText)
    case 'recent':
      return new Recent(windows, Math.max(...features.map(({ feature }) => feature.k ?? 1)), isText)
    case 'distinct':
      return new Distinct(windows, partial.limit, isText ? strings : undefined, sketchFrom)
    case 'tallies':
      return new Tallies(
        windows,
        features.flatMap(planned => tallyAsk(planned, kept)),
        maxEntries,
        isText ? strings : undefined,
      )
  }
}

const placeIn = (windows: readonly PlannedFeature[], { span, hop }: PlannedFeature): number =>
  windows.findIndex(window => window.span === span && window.hop === hop)

const tallyAsk = (planned: PlannedFeature, windows: readonly PlannedFeature[]): TallyAsk[] =>
  planned.partial.kind === 'tallies' ? [{ window: placeIn(windows, planned), tally: planned.partial.tally }] : []

/** Every term that a feature of the structure needs, and the buckets of its histograms. */
function sumsLayout({ partial: kept, features, input }: PlannedStructure, source: SourceIR): MomentLayout {
  const terms = new Set<MomentTerm>()
  for (const { partial } of features) {
    if (partial.kind === 'sums') for (const term of partial.terms) terms.add(term)
  }
  return momentLayout(terms, boundOf(input, source), kept.kind === 'sums' ? kept.bounds : undefined)
}

/** The windows of all structures. */
export const allWindows = (plans: readonly PlannedStructure[]): Windows =>
  new Windows(distinctWindows(plans.flatMap(({ features }) => features)))

/** The windows of a structure, shortest first. */
function distinctWindows(features: readonly PlannedFeature[]): PlannedFeature[] {
  const windows = new Map(features.map(planned => [`${planned.span} ${planned.hop}`, planned]))
  return [...windows.values()].sort((a, b) => a.span - b.span || a.hop - b.hop)
}
