/** Effective sample size of clusters of unequal size, (Σn)² / Σn² (Kish 1965), and the caveats that follow from it. */
import type { SparseValues } from '../value/sparse.ts'
import { clustersText, plural, type Caveat, type CountedClusters } from '../domain/caveat.ts'
import type { ClusteredSample, SampleColumn } from './sample.ts'
import { cellSizes } from './cell-sums.ts'

/** The clusters of one column in the block, and their effective sample size. */
export interface EffectiveSampleSize {
  readonly name: string
  readonly count: number
  readonly effective: number
}

/** The least number of effective clusters with a verdict. `prove verdict` measures the coverage at it and at CAVEAT_UNDER. */
export const MIN_CLUSTERS = 20
/** Below it there is a caveat. */
const CAVEAT_UNDER = 50

/** The effective sample sizes over decisions with a known difference. */
export function effectiveSampleSizes({ columns }: ClusteredSample, differing: Pick<SparseValues, 'unknown'>): EffectiveSampleSize[] {
  return columns.map(column => {
    const { rows, cells } = cellSizes(column, differing)
    let [sum, squares, occupied] = [0, 0, 0]
    rows.forEach((n, place) => {
      sum += cells[place] * n
      squares += cells[place] * n * n
      if (n > 0) occupied += cells[place]
    })
    return { name: column.name, count: occupied, effective: squares === 0 ? 0 : (sum * sum) / squares }
  })
}

/**
 * The caveats, or the reason for no verdict, where clusters are too few. A nested column is skipped, since its outer column is checked. A
 * single cluster counts: one patient says nothing about the next.
 */
export function sampleSizeCaveats(
  columns: readonly SampleColumn[],
  parts: readonly EffectiveSampleSize[],
): { noVerdict?: string; caveats: Caveat[] } {
  const counting = parts
    .map((part, i) => ({
      ...part,
      about: columns[i].span === undefined ? part.name : 'time',
      all: columns[i].all,
      redundant: columns[i].redundant,
      insteadOf: columns[i].insteadOf,
    }))
    .filter(({ redundant }) => redundant !== 'nested')
  // Rounded, as in the text.
  const rounded = ({ effective }: EffectiveSampleSize): number => Math.round(effective)
  const tooFew = counting.filter(part => rounded(part) < MIN_CLUSTERS)
  const few = counting.filter(part => rounded(part) >= MIN_CLUSTERS && rounded(part) < CAVEAT_UNDER)
  return {
    ...(tooFew.length > 0 && {
      noVerdict: tooFew.map(part => `${tooFewText(part)}${sinceText(part)}: no verdict under ${MIN_CLUSTERS}`).join('; '),
    }),
    caveats: few.map(({ about, name, count, effective, all }) => ({
      kind: 'few clusters',
      about,
      size: CAVEAT_UNDER - effective,
      under: CAVEAT_UNDER,
      clusters: { name, count, effective, all },
    })),
  }
}

/** Where even all clusters are too few, the number of judged ones is left out. */
const tooFewText = (clusters: CountedClusters): string =>
  clustersText(clusters.all < MIN_CLUSTERS ? { ...clusters, count: clusters.all, effective: clusters.all } : clusters)

const sinceText = ({ insteadOf }: { readonly insteadOf: string | undefined }): string =>
  insteadOf === undefined ? '' : `, because differences of neighbouring ${plural(insteadOf)} are autocorrelated`
