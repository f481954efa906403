/** Writes numbers of 7 bits a byte, the lowest first, by hand and without the code of `src`. */

/** A number that is not negative. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest <= 0x7fn) return Buffer.of(...bytes, Number(rest))
    bytes.push(Number(rest & 0x7fn) | 0x80)
  }
}

/** A signed number, zigzag: a long of Avro, and the lengths in a record of Kafka. */
export const zigzagVarint = (value: number): Buffer => varint(BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n)))
