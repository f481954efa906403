/** Are there enough clusters to say anything? How many clusters of equal size unequal ones are worth: (Σn)² / Σn² (Kish 1965). */
import type { Sample, SampleColumn } from './sample.ts'

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
export function clustersOf({ columns }: Sample, difference: Float64Array): ClusterPart[] {
  return columns.map(({ name, of, count }) => {
    const rows = new Float64Array(count)
    for (let row = 0; row < of.length; row++) if (!Number.isNaN(difference[row])) rows[of[row]]++
    let [sum, squares, occupied] = [0, 0, 0]
    for (const n of rows) {
      sum += n
      squares += n * n
      if (n > 0) occupied++
    }
    return { name, count: occupied, effective: squares === 0 ? 0 : (sum * sum) / squares }
  })
}

/**
 * What is to be said of too few clusters, in words. Of columns that matter: not of one that lies within another, for that one says it. One cluster matters: what is seen of one patient says nothing
 * of the next.
 */
export function saidOfClusters(columns: readonly SampleColumn[], parts: readonly ClusterPart[]): { noVerdict?: string; caveats: string[] } {
  const counting = parts.map((part, i) => ({ ...part, ...columns[i], count: part.count })).filter(({ redundant }) => redundant !== 'nested')
  // Rounded, as it is said.
  const worth = ({ effective }: ClusterPart): number => Math.round(effective)
  const tooFew = counting.filter(part => worth(part) < VERDICT_FROM)
  const few = counting.filter(part => worth(part) >= VERDICT_FROM && worth(part) < CAVEAT_UNDER)
  return {
    ...(tooFew.length > 0 && { noVerdict: tooFew.map(part => `${numbered(part)}: no verdict under ${VERDICT_FROM}`).join('; ') }),
    caveats: few.map(part => `${numbered(part)}: intervals are less sure under ${CAVEAT_UNDER}`),
  }
}

/** `9 patients`; `300 merchants, worth 12 of equal size`; `57 patients, 15 of them judged`. Where all that there are would be too few, how many are judged is no matter. */
function numbered({ name, count, effective, all }: ClusterPart & Pick<SampleColumn, 'all'>): string {
  const worth = Math.round(effective)
  const named = `${all} ${all === 1 ? name : plural(name)}`
  if (all < VERDICT_FROM) return named
  return `${named}${count < all ? `, ${count} of them judged` : ''}${worth < count ? `, worth ${worth} of equal size` : ''}`
}

function plural(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`
}
