/** Columns of decisions as numbers. */

interface Values {
  readonly values: ArrayLike<number>
  readonly nulls?: Uint8Array | undefined
}

/** The first `length` values of a column, NaN where they are NULL, into an array from `at` on. */
export function copyNumbers({ values, nulls }: Values, length: number, into: Float64Array, at: number): void {
  for (let i = 0; i < length; i++) into[at + i] = nulls?.[i] ? NaN : values[i]
}
