import { limits } from '../../../src/base/limits.ts'
import type { AggregateName, ColumnType, FeatureIR, TypeIR } from '../../../src/define/ir/ir.ts'
import { combinations, inputTypes, windowNames, type Combination, type WindowClass } from '../cover.ts'
import type { Axes } from './axes.ts'
import { typeOf } from './columns.ts'
import type { Draw } from './draw.ts'
import type { Expressions } from './expressions.ts'
import { drawHop, drawWindow } from './windows.ts'

/** The combinations that a case must visit: neighbouring seeds walk through all of them, so that no bin of the cover stays empty. */
export function assignedCombinations(seed: number): Combination[] {
  const start = (seed * 4) % combinations.length
  return [0, 1, 2, 3].map(step => combinations[((start + step) * STRIDE) % combinations.length])
}

/** A prime that does not divide the number of combinations (630), so that the walk visits each, and they are far apart. */
const STRIDE = 173

/** Further features of a case, mostly in windows near the first one's, so that the windows of one history are not empty. */
export function drawCombination(draw: Draw, near: WindowClass): Combination {
  const agg = draw.pick(Object.keys(inputTypes) as AggregateName[])
  const at = windowNames.indexOf(near)
  const window = draw.weighted([
    [3, near],
    [2, windowNames[Math.max(0, at - 1)]],
    [1, windowNames[Math.min(at + 1, windowNames.length - 1)]],
    [2, 'lifetime' as const],
    [1, draw.pick(windowNames)],
  ])
  return { agg, type: draw.pick(inputTypes[agg]), window }
}

/** A feature of a table: a column of its latest row. */
export const columnOfTable = (draw: Draw): Combination => ({ agg: 'row', type: draw.pick(inputTypes.row), window: 'lifetime' })

/** Aggregates that reject large magnitudes of exact columns (semantics, numbers). */
const momentAggregates: readonly AggregateName[] = ['variance', 'stddev', 'slope']

export function drawFeature(draw: Draw, axes: Axes, expressions: Expressions, name: string, want: Combination): FeatureIR {
  const { agg, type } = want
  const window = drawWindow(draw, want.window)
  const input =
    type === 'none' ? undefined : expressions.input(type, axes, momentAggregates.includes(agg) ? limits.MOMENT_VALUE_MAX : Infinity)
  return {
    name,
    agg,
    window,
    hop: drawHop(draw, axes, window),
    ...resultType(agg, input ?? { type: 'int' }),
    ...(input && { input }),
    ...(axes.where && draw.chance(0.4) && { where: expressions.condition(2) }),
    ...(axes.before && draw.chance(0.4) && { before: true as const }),
    ...((agg === 'rate' || agg === 'slope') && { per: draw.pick([1, 1000, 60_000, 3_600_000, 86_400_000]) }),
    ...(agg === 'decayedSum' && { halfLife: drawHalfLife(draw, window) }),
    ...(agg === 'histogram' && { bounds: expressions.bounds(input!) }),
    ...(agg === 'quantile' && { q: draw.pick([0, 0.25, 0.5, 0.5, 0.9, 0.99, 1, draw.between(0, 1000) / 1000]) }),
    ...(agg === 'lastK' && {
      k: draw.weighted([
        [20, draw.between(1, 3)],
        [8, draw.between(4, 40)],
        [1, 1024],
      ]),
    }),
    ...(agg === 'topK' && {
      k: draw.weighted([
        [9, draw.between(1, 5)],
        [1, 1024],
      ]),
    }),
    ...(agg === 'topK' && draw.chance(0.3) && { limit: draw.pick([4096, 300, 3]) }),
    ...(agg === 'countDistinct' && draw.chance(0.7) && { limit: draw.pick([4096, 1, 2, 5, 20]) }),
  }
}

/** Mostly a part of the window; some so short that only the newest event counts, or so long that nothing decays. */
function drawHalfLife(draw: Draw, window: FeatureIR['window']): number {
  const span = window === 'lifetime' ? 30 * 86_400_000 : window
  return draw.weighted([
    [6, Math.max(1, Math.floor(span / draw.between(1, 50)))],
    [1, 1],
    [1, draw.between(1, 365) * 86_400_000],
  ])
}

export function resultType(agg: AggregateName, input: TypeIR): TypeIR {
  switch (agg) {
    case 'count':
    case 'countDistinct':
    case 'histogram':
      return { type: 'int' }
    case 'timeSinceLast':
      return { type: 'duration' }
    case 'change':
      return input.type === 'timestamp' ? { type: 'duration' } : typeOf(input)
    case 'mean':
    case 'variance':
    case 'stddev':
    case 'rate':
    case 'slope':
    case 'share':
    case 'decayedSum':
    case 'quantile':
      return { type: 'double' }
    default:
      return typeOf(input)
  }
}

/** The column types that a source needs for these features. */
export function neededTypes(wants: readonly Combination[]): Set<ColumnType> {
  return new Set(wants.map(want => want.type).filter(type => type !== 'none'))
}
