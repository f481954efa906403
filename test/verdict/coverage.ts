/**
 * Part of `prove verdict`: coverage of confidence intervals, on histories with a known truth, by world and by number of clusters of each
 * kind. From 50 clusters on, 95 % intervals cover between 93 and 97 %. With 10 and 20 the coverage is reported: an audit then gives no
 * verdict, or one with a caveat.
 */
import { uncheckedIntervals } from '../../src/audit/statistics/intervals.ts'
import { clusteredSample } from '../../src/audit/statistics/sample.ts'
import { drawn, worlds, type World } from './worlds.ts'

export interface CoverageLine {
  readonly world: string
  readonly clusters: number
  /** Of the cluster column with the least effective number, on average. */
  readonly effective: number
  /** Share of single intervals that cover; and of sweeps whose intervals all do. */
  readonly pointwise: number
  readonly simultaneous: number
}

const clusterCounts = [10, 20, 50, 200]
const COVERED_FROM = 50
const [LEAST, MOST] = [0.93, 0.97]
const DRAWS = 1000

export function coverageOf(cases: number, seed: number, progress: (line: string) => void): CoverageLine[] {
  return clusterCounts.flatMap(clusters =>
    worlds.map((world, i) => {
      const line = covered(world, clusters, cases, seed + 1_000_003 * i)
      progress(`verdict: ${clusters} clusters, ${world.name}: ${line.pointwise.toFixed(3)}, together ${line.simultaneous.toFixed(3)}`)
      return line
    }),
  )
}

/** Planted faults. `blind`: intervals that treat decisions as independent; `stuck`: blocks of time that keep their length. */
export function covered(world: World, clusters: number, cases: number, seed: number, { blind = false, stuck = false } = {}): CoverageLine {
  let [intervals, alone, together, effective] = [0, 0, 0, 0]
  for (let i = 0; i < cases; i++) {
    const { differences, truth, ...history } = drawn(world, clusters, Math.imul(seed + i, 2_654_435_761) + clusters)
    const columns = stuck ? history.clusters.map(({ name, of, count }) => ({ name, of, count })) : history.clusters
    const sample = clusteredSample({ ...history, clusters: blind ? [] : columns }, { from: 0, to: history.t.length })
    const sweep = uncheckedIntervals(sample, differences, { seed: seed + i, draws: DRAWS, decisionsPerUnit: 1 })
    const holding = sweep.levels.map((level, i) => {
      if ('why' in level) return { alone: false, together: false }
      const { pointwise, low, high } = level
      return { alone: pointwise[0] <= truth[i] && truth[i] <= pointwise[1], together: low <= truth[i] && truth[i] <= high }
    })
    intervals += holding.length
    alone += holding.filter(({ alone }) => alone).length
    together += Number(holding.every(({ together }) => together))
    effective += Math.min(history.t.length, ...sweep.clusters.map(part => part.effective))
  }
  return {
    world: world.name,
    clusters,
    effective: Math.round(effective / cases),
    pointwise: alone / intervals,
    simultaneous: together / cases,
  }
}

/** Tolerance of a share, in standard errors of this many cases. */
const CHANCE = 2.5

/** Each world, and all worlds together, at either number of clusters. */
export function coverageHolds(lines: readonly CoverageLine[], cases: number): boolean {
  const judgedLines = lines.filter(({ clusters }) => clusters >= COVERED_FROM)
  return [...new Set(judgedLines.map(({ clusters }) => clusters))].every(clusters => {
    const of = judgedLines.filter(line => line.clusters === clusters)
    return (['pointwise', 'simultaneous'] as const).every(kind => {
      const mean = of.reduce((sum, line) => sum + line[kind], 0) / of.length
      return of.every(line => isWithin(line[kind], cases)) && isWithin(mean, cases * of.length)
    })
  })
}

function isWithin(part: number, cases: number): boolean {
  const chance = CHANCE * Math.sqrt((0.05 * 0.95) / cases)
  return part >= LEAST - chance && part <= MOST + chance
}
