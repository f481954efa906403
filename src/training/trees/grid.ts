/**
 * Numbers on grids so coarse that sums of them are exact, in any order: multiples of a power of two, so few that 53 bits count every sum that is made.
 *
 * Gradients are rounded to what 51 bits leave for the sum of all rows. A Hessian shares its 53 bits with a count of rows: the sum of up to STRETCH
 * of `unit + hessian` says both, in one addition, and leaves 21 bits for one Hessian.
 */

/** Rows whose packed Hessians are added to one another before they are unpacked. */
export const STRETCH = 1 << 15
const STRETCH_BITS = 15

/** Rounds each number to the grid on which the sum of them all is exact, half to even. */
export function toGrid(numbers: Float64Array): void {
  round(numbers, exponentOf(numbers) + Math.ceil(Math.log2(numbers.length)) - 51)
}

/**
 * Packs Hessians, in place: each becomes `unit` more than it is on its grid. Returns the unit, a power of two: a sum of packed ones is as many times the unit as
 * they are, and their sum.
 */
export function pack(hessians: Float64Array): number {
  const exponent = exponentOf(hessians)
  const unit = 2 ** (exponent + STRETCH_BITS + 1)
  round(hessians, exponent + 2 * (STRETCH_BITS + 1) - 53)
  for (let i = 0; i < hessians.length; i++) hessians[i] += unit
  return unit
}

/** Of the power of two that none of the numbers is above; 0 where all are 0. */
function exponentOf(numbers: Float64Array): number {
  let largest = 0
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]))
  return largest === 0 ? 0 : Math.ceil(Math.log2(largest))
}

/** To multiples of 2^exponent, for numbers of up to 2^51 of them: adding 1.5 · 2^52 of them leaves no smaller bits. */
function round(numbers: Float64Array, exponent: number): void {
  const shift = 1.5 * 2 ** (exponent + 52)
  for (let i = 0; i < numbers.length; i++) numbers[i] = numbers[i] + shift - shift
}
