/** The same numbers in an array at least `length` long; grows by doubling, and is itself if already long enough. */
export function widened<T extends Float64Array | Int32Array | Uint8Array>(array: T, length: number): T {
  if (array.length >= length) return array
  const wider = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2, 16))
  wider.set(array)
  return wider
}
