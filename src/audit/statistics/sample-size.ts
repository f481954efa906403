/** Are there enough clusters to say anything? How many clusters of equal size unequal ones are worth: (Σn)² / Σn² (Kish 1965). */
import type { Sparse } from '../value/sparse.ts'
import type { Caveat, CountedClusters } from '../domain/caveat.ts'
import { clustersText } from '../domain/caveat-text.ts'
import type { Sample, SampleColumn } from './sample.ts'
import { sizesBy } from './sums.ts'

/** Of one column of clusters: how many there are in the block, and how many they are worth. */
export interface ClusterPart {
  readonly name: string
  readonly count: number
  readonly effective: number
}

/** Under so many effective clusters nothing is concluded, and under so many it is with a caveat. `prove verdict` measures what intervals cover at either. */
const VERDICT_FROM = 20
const CAVEAT_UNDER = 50

/** Of decisions whose difference is known. */
export function clustersOf({ columns }: Sample, differing: Pick<Sparse, 'unknown'>): ClusterPart[] {
  return columns.map(column => {
    const { rows, cells } = sizesBy(column, differing)
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
 * What is to be said of too few clusters. Of columns that matter: not of one that lies within another, for that one says it. One cluster matters: what is seen of one patient says nothing
 * of the next.
 */
export function saidOfClusters(columns: readonly SampleColumn[], parts: readonly ClusterPart[]): { noVerdict?: string; caveats: Caveat[] } {
  const counting = parts
    .map((part, i) => ({
      ...part,
      about: columns[i].span === undefined ? part.name : 'time',
      all: columns[i].all,
      redundant: columns[i].redundant,
      insteadOf: columns[i].insteadOf,
    }))
    .filter(({ redundant }) => redundant !== 'nested')
  // Rounded, as it is said.
  const worth = ({ effective }: ClusterPart): number => Math.round(effective)
  const tooFew = counting.filter(part => worth(part) < VERDICT_FROM)
  const few = counting.filter(part => worth(part) >= VERDICT_FROM && worth(part) < CAVEAT_UNDER)
  return {
    ...(tooFew.length > 0 && {
      noVerdict: tooFew.map(part => `${tooFewText(part)}${sinceText(part)}: no verdict under ${VERDICT_FROM}`).join('; '),
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

/** Where all that there are would be too few, how many are judged is no matter. */
const tooFewText = (clusters: CountedClusters): string =>
  clustersText(clusters.all < VERDICT_FROM ? { ...clusters, count: clusters.all, effective: clusters.all } : clusters)

const sinceText = ({ insteadOf }: { readonly insteadOf: string | undefined }): string =>
  insteadOf === undefined ? '' : `, since what one ${insteadOf} gains or loses goes with the next`
