/** Assigns decisions to the definitions that made them, if the pipeline changes between two processes. */
import type { FeatureIR, GroupIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { DecisionProgress } from '../../src/run/decide/decision-queue.ts'
import type { Draw } from '../property/generate/draw.ts'
import { DAY } from '../property/generate/windows.ts'
import { withModels } from './actions.ts'
import { drawPlacement } from './models.ts'

const WINDOW_MAX = 365 * DAY

/** From here on these definitions decide, until the next era. */
export interface Era {
  readonly ir: PipelineIR
  readonly from: DecisionProgress
}

/** With the era of a process that begins to decide there; later eras never took effect. */
export function withEra(eras: readonly Era[], ir: PipelineIR, from: DecisionProgress): Era[] {
  const before = eras.filter(era => isBefore(era.from, from))
  return before.at(-1)?.ir === ir ? before : [...before, { ir, from }]
}

const isBefore = (a: DecisionProgress, b: DecisionProgress): boolean => a.entry < b.entry || (a.entry === b.entry && a.skip < b.skip)

/** The decisions of an era, among decisions in order. An era may begin within the decisions of a segment of log markers. */
export function madeIn<T extends { readonly entry: number; readonly model: string }>(
  eras: readonly Era[],
  index: number,
  decisions: readonly T[],
): T[] {
  const left = eras.map(({ from }) => new Map(Object.entries(from.counts ?? {})))
  return decisions.filter(({ entry, model }) => {
    let era = -1
    for (const [i, { from }] of eras.entries()) {
      if (entry < from.entry) continue
      const before = left[i].get(model) ?? 0
      if (before > 0) left[i].set(model, before - 1)
      else era = i
    }
    return era === index
  })
}

/** The same pipeline without one of two ticking models, or with another placement of a group, or another window of a feature. */
export function drawChanged(draw: Draw, ir: PipelineIR, span: number): PipelineIR {
  const ticking = ir.models.filter(({ decide }) => decide.kind === 'every')
  const gone = ticking.length > 1 && draw.chance(0.7) ? draw.pick(ticking) : undefined
  if (gone)
    return withModels(
      ir,
      ir.models.filter(model => model !== gone),
    )
  const at = draw.between(0, ir.groups.length - 1)
  const group = ir.groups[at]
  const changed: GroupIR = draw.chance(0.5) ? { ...group, place: drawPlacement(draw, span) } : withOtherWindow(draw, group)
  return { ...ir, groups: ir.groups.with(at, changed) }
}

function withOtherWindow(draw: Draw, group: GroupIR): GroupIR {
  const at = draw.between(0, group.features.length - 1)
  const feature: FeatureIR = group.features[at]
  const window = feature.window === 'lifetime' ? feature.window : Math.min(WINDOW_MAX, 2 * feature.window)
  return { ...group, features: group.features.with(at, { ...feature, window }) }
}
