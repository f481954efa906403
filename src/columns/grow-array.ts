/** Copies an array to the beginning of a larger array. */
export function growArray<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(values: A, capacity: number): A {
  const larger = new (values.constructor as new (capacity: number) => A)(capacity)
  larger.set(values)
  return larger
}
