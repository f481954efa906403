/** The partition that the default partitioner of Java's client gives a key: murmur2 of its bytes, without the sign. */

const M = 0x5bd1e995
const SEED = 0x9747b28c

export function javaPartition(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** The 32-bit hash of Austin Appleby, as Kafka's `Utils.murmur2` computes it. */
function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const whole = bytes.length & ~3
  let hash = SEED ^ bytes.length
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(view.getInt32(at, true), M)
    part = Math.imul(part ^ (part >>> 24), M)
    hash = Math.imul(hash, M) ^ part
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at] << (8 * (at - whole))
  if (whole < bytes.length) hash = Math.imul(hash, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}
