/** Intersections of two cluster columns, as codes: the cells of origin × destination, or of airport × day. */
import { isAscending } from '../../columns/index.ts'

export interface ClusterCodes {
  /** The code of each row, from 0. */
  readonly of: Int32Array
  readonly count: number
}

/**
 * One code for each pair of codes that occurs. O(rows + codes), without a hash table: rows with equal codes of one column are adjacent, as
 * in blocks of time, or are made so by a counting sort. Within such a group the last code of each code of the other column is stored. If
 * one column's codes never decrease by row, as for time, nearby rows get nearby pair codes, so later sums by pair stay in a core's cache.
 */
export function intersectCodes(a: ClusterCodes, b: ClusterCodes): ClusterCodes {
  if (isAscending(a.of)) return joinedIn(a, b)
  if (isAscending(b.of)) return joinedIn(b, a)
  return joinedIn(a, b, rowsByCode(a))
}

/** The intersection, visiting rows in an order that groups the codes of the first column. */
function joinedIn(a: ClusterCodes, b: ClusterCodes, rows?: Int32Array): ClusterCodes {
  const of = new Int32Array(a.of.length)
  const [lastFirst, code] = [new Int32Array(b.count).fill(-1), new Int32Array(b.count)]
  let count = 0
  for (let i = 0; i < of.length; i++) {
    const row = rows ? rows[i] : i
    const first = a.of[row]
    const second = b.of[row]
    if (lastFirst[second] !== first) {
      lastFirst[second] = first
      code[second] = count++
    }
    of[row] = code[second]
  }
  return { of, count }
}

/** True if each code of the first column occurs with one code of the second. Stops at the first exception. */
export function isNestedIn(first: ClusterCodes, second: ClusterCodes): boolean {
  const partner = new Int32Array(first.count).fill(-1)
  for (let row = 0; row < first.of.length; row++) {
    const code = first.of[row]
    const secondCode = second.of[row]
    if (partner[code] < 0) partner[code] = secondCode
    else if (partner[code] !== secondCode) return false
  }
  return true
}

/** The occurring codes, renumbered in their order from 0, so that codes that do not occur are irrelevant. */
export function renumberCodes(of: Int32Array, count: number): ClusterCodes {
  const code = new Int32Array(count)
  for (let row = 0; row < of.length; row++) code[of[row]] = 1
  let next = 0
  for (let value = 0; value < count; value++) code[value] = code[value] === 1 ? next++ : -1
  return { of: of.map(value => code[value]), count: next }
}

function rowsByCode({ of, count }: ClusterCodes): Int32Array {
  const next = new Int32Array(count + 1)
  for (let row = 0; row < of.length; row++) next[of[row] + 1]++
  for (let code = 0; code < count; code++) next[code + 1] += next[code]
  const rows = new Int32Array(of.length)
  for (let row = 0; row < of.length; row++) rows[next[of[row]]++] = row
  return rows
}
