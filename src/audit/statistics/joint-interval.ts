/** Codes of what two columns of codes say together: cells of origin × destination, of airport × day. */
import { isAscending } from '../../columns/order.ts'

export interface Codes {
  /** Of each row, from 0. */
  readonly of: Int32Array
  readonly count: number
}

/**
 * One code for each pair that occurs. O(rows + codes), without a table of hashes: the rows of each code of the one column stand together, as those of a block of time do, or are put so by a counting sort, and among these the
 * last row that had each code of the other is remembered. Where a column's codes do not fall from row to row, as time's, those of the pairs of near rows are near each other too: whoever sums by them finds them in a core's cache.
 */
export function joined(a: Codes, b: Codes): Codes {
  if (isAscending(a.of)) return joinedIn(a, b)
  if (isAscending(b.of)) return joinedIn(b, a)
  return joinedIn(a, b, rowsByCode(a))
}

/** In rows in this order, in which those of each code of the first stand together. */
function joinedIn(a: Codes, b: Codes, rows?: Int32Array): Codes {
  const of = new Int32Array(a.of.length)
  const [inA, code] = [new Int32Array(b.count).fill(-1), new Int32Array(b.count)]
  let count = 0
  for (let i = 0; i < of.length; i++) {
    const row = rows ? rows[i] : i
    const first = a.of[row]
    const second = b.of[row]
    if (inA[second] !== first) {
      inA[second] = first
      code[second] = count++
    }
    of[row] = code[second]
  }
  return { of, count }
}

/** Whether all rows of each code of the one column have one code of the other. Over at the first that have two. */
export function isWithin(one: Codes, other: Codes): boolean {
  const met = new Int32Array(one.count).fill(-1)
  for (let row = 0; row < one.of.length; row++) {
    const code = one.of[row]
    const beside = other.of[row]
    if (met[code] < 0) met[code] = beside
    else if (met[code] !== beside) return false
  }
  return true
}

/** The codes that occur, numbered anew in their order, so that it does not matter how many others there are. */
export function compacted(of: Int32Array, count: number): Codes {
  const code = new Int32Array(count)
  for (let row = 0; row < of.length; row++) code[of[row]] = 1
  let next = 0
  for (let one = 0; one < count; one++) code[one] = code[one] === 1 ? next++ : -1
  return { of: of.map(one => code[one]), count: next }
}

function rowsByCode({ of, count }: Codes): Int32Array {
  const next = new Int32Array(count + 1)
  for (let row = 0; row < of.length; row++) next[of[row] + 1]++
  for (let code = 0; code < count; code++) next[code + 1] += next[code]
  const rows = new Int32Array(of.length)
  for (let row = 0; row < of.length; row++) rows[next[of[row]]++] = row
  return rows
}
