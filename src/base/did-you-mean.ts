/** Suggests the nearest name, for messages about a name that does not exist. */
import { SpillwayError } from './errors.ts'
import { show } from './show.ts'

/** `; did you mean 'x'?`, or the list of names if it is short. */
export function didYouMean(unknownName: unknown, names: readonly string[]): string {
  const name = typeof unknownName === 'string' ? unknownName : show(unknownName)
  const nearest = names
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance, candidate }) => distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)))
    .sort((a, b) => a.distance - b.distance)
  if (nearest.length > 0) return `; did you mean '${nearest[0].candidate}'?`
  return names.length > 0 && names.length <= 20 ? `; there is ${names.join(', ')}` : ''
}

/** The error `SPILL_NOT_FOUND` for a name that a pipeline does not define. `kind` is what it would name, such as `source`. */
export function unknownNameError(
  pipeline: string,
  kind: string,
  name: string,
  names: readonly string[],
  options?: { readonly place: string },
): SpillwayError {
  return new SpillwayError('SPILL_NOT_FOUND', `pipeline '${pipeline}' has no ${kind} '${name}'${didYouMean(name, names)}`, options)
}

/**
 * Edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). Cost: the product
 * of the lengths.
 */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = rows[i - 1][j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution, isSwap ? rows[i - 2][j - 2] + 1 : Infinity))
    }
    rows.push(row)
  }
  return rows[from.length][to.length]
}
