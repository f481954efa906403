/** Writes values of Avro, by hand and without the code of `src`. */

/** A long: zigzag, 7 bits a byte, the lowest first. */
export function avroLong(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(bytes)
}

/** Bytes, or a string in UTF-8, behind their number. */
export function avroBytes(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([avroLong(bytes.length), bytes])
}
