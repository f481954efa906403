/**
 * Rounds numbers to grids on which sums are exact in any order: multiples of a power of two, few enough for 53 bits to hold every sum.
 *
 * Gradients keep 51 bits for the sum of all rows. A Hessian shares 53 bits with a row count: a sum of up to STRETCH terms `unit + hessian`
 * holds both, in one addition, and leaves 21 bits for one Hessian.
 */

/** Packed Hessians that are summed before they are unpacked. */
export const PACKED_ROWS_MAX = 1 << 15
const STRETCH_BITS = 15

/** Rounds to the grid on which the sum of all is exact, half to even. */
export function roundToGrid(numbers: Float64Array): void {
  round(numbers, exponentOf(numbers) + Math.ceil(Math.log2(numbers.length)) - 51)
}

/**
 * Packs Hessians in place: each becomes `unit` plus its rounded value. Returns the unit, a power of two. A sum of packed Hessians is their
 * number times the unit, plus their sum.
 */
export function packHessians(hessians: Float64Array): number {
  const exponent = exponentOf(hessians)
  const unit = 2 ** (exponent + STRETCH_BITS + 1)
  round(hessians, exponent + 2 * (STRETCH_BITS + 1) - 53)
  for (let i = 0; i < hessians.length; i++) hessians[i] += unit
  return unit
}

/** Exponent of the least power of two that bounds all numbers; 0 if all are 0. */
function exponentOf(numbers: Float64Array): number {
  let largest = 0
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]))
  return largest === 0 ? 0 : Math.ceil(Math.log2(largest))
}

/** Rounds to multiples of 2^exponent; numbers are at most 2^51 multiples. Adding 1.5 · 2^52 multiples drops all smaller bits. */
function round(numbers: Float64Array, exponent: number): void {
  const shift = 1.5 * 2 ** (exponent + 52)
  for (let i = 0; i < numbers.length; i++) numbers[i] = numbers[i] + shift - shift
}
