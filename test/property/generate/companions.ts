import type { AggregateName, FeatureIR } from '../../../src/define/ir/ir.ts'
import { inputTypes } from '../cover.ts'
import type { Draw } from './draw.ts'
import { resultType } from './features.ts'
import { DAY } from './windows.ts'

/** Aggregates that an engine may compute from the same state as this one, and that accept the same inputs. */
const relatives: Partial<Record<AggregateName, readonly AggregateName[]>> = {
  sum: ['mean'],
  mean: ['sum'],
  variance: ['sum', 'mean', 'stddev', 'slope'],
  stddev: ['sum', 'mean', 'variance', 'slope'],
  slope: ['sum', 'mean', 'variance', 'stddev'],
  min: ['max'],
  max: ['min'],
  first: ['last', 'change', 'rate'],
  last: ['first', 'change', 'rate'],
  lastK: ['last', 'timeSinceLast'],
  change: ['first', 'last', 'rate'],
  rate: ['first', 'last', 'change'],
  timeSinceLast: ['last'],
  topK: ['countDistinct', 'last'],
  quantile: ['min', 'max', 'mean'],
  histogram: ['sum', 'mean', 'countDistinct'],
}

/**
 * Features over the same events through other windows, and related aggregates, which an engine may compute together and confuse. Drawn
 * independently, two features hardly ever share their input and condition.
 */
export function companions(draw: Draw, feature: FeatureIR): FeatureIR[] {
  const { name, window, hop } = feature
  const spans = window === 'lifetime' ? [draw.between(1000, 365 * DAY), window] : [longer(draw, window), shorter(draw, window, hop), window]
  const others = [
    { ...feature, window: spans[0] },
    { ...feature, window: spans[1] },
    relative(draw, feature, draw.pick(spans)),
    countOf(feature, draw.pick(spans)),
  ]
  return draw
    .shuffled(others)
    .slice(0, draw.between(1, 3))
    .map((other, i) => ({ ...other, name: `${name}${'abcd'[i]}` }))
}

const longer = (draw: Draw, window: number): number => Math.min(365 * DAY, window * draw.between(2, 5))
const shorter = (draw: Draw, window: number, hop: number): number => Math.max(hop, 1000, Math.ceil(window / draw.between(2, 5)))

function relative(draw: Draw, feature: FeatureIR, window: FeatureIR['window']): FeatureIR {
  const { input } = feature
  const fit = (relatives[feature.agg] ?? []).filter(agg => inputTypes[agg].includes(input?.type ?? 'none'))
  if (!input || fit.length === 0) return { ...feature, window }
  const agg = draw.pick(fit)
  const per = agg === 'rate' || agg === 'slope' ? { per: feature.per ?? 60_000 } : {}
  return { ...sameEvents(feature), agg, input, window, ...resultType(agg, input), ...per }
}

const countOf = (feature: FeatureIR, window: FeatureIR['window']): FeatureIR => ({
  ...sameEvents(feature),
  agg: 'count',
  window,
  type: 'int',
})

function sameEvents({ name, hop, where, before }: FeatureIR): Pick<FeatureIR, 'name' | 'hop' | 'where' | 'before'> {
  return { name, hop, ...(where && { where }), ...(before && { before }) }
}
