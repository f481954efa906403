/** Cases whose processes keep only the end of the log: with windows short enough that something is forgotten. */
import type { ActionIR, FeatureIR, PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import { retentionMs } from '../../src/run/recovery/retention.ts'
import type { Draw } from '../property/generate/draw.ts'

export interface Retention {
  readonly ir: PipelineIR
  /** Milliseconds. */
  readonly keep: number
}

/** The same pipeline with short windows, ids and lives, and the time for which it keeps its log; undefined if it needs all of its log. */
export function drawRetention(draw: Draw, { sources, groups, models, actions, ...rest }: PipelineIR, span: number): Retention | undefined {
  const most = Math.max(1, Math.ceil(span / draw.pick([6, 12, 30])))
  const ir: PipelineIR = {
    ...rest,
    sources: sources.map(source => withShortIds(source, most)),
    groups: groups.map(group => ({ ...group, features: group.features.map(feature => withShortWindow(feature, most)) })),
    models: models.map(model =>
      model.decide.kind === 'every' ? { ...model, decide: { ...model.decide, live: Math.min(model.decide.live, most) } } : model,
    ),
    ...(actions && { actions: actions.map(action => withShortCooldown(action, most)) }),
  }
  try {
    return { ir, keep: retentionMs(ir, most) }
  } catch {
    return undefined
  }
}

const withShortIds = (source: SourceIR, most: number): SourceIR => ({
  ...source,
  dedupe: Math.min(source.dedupe, most),
  ...(source.revisable !== undefined && { revisable: Math.min(source.revisable, most) }),
})

const withShortCooldown = (action: ActionIR, most: number): ActionIR => ({
  ...action,
  ...(action.cooldown !== undefined && { cooldown: Math.min(action.cooldown, most) }),
})

function withShortWindow(feature: FeatureIR, most: number): FeatureIR {
  // A table has no window.
  if (feature.agg === 'row') return feature
  const window = feature.window === 'lifetime' ? most : Math.min(feature.window, most)
  return { ...feature, window, hop: Math.min(feature.hop, window) }
}
