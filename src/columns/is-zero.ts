/** Number of bytes below which a loop over them is faster than views of four bytes. */
const FEW = 64

/** True if all bytes are 0. Cost: a loop over four bytes at a time, which matters where a mark is rare. */
export function isZero(bytes: Uint8Array): boolean {
  const { length } = bytes
  if (length < FEW) return areZero(bytes)
  const { buffer, byteOffset } = bytes
  const head = -byteOffset & 3
  const fours = new Int32Array(buffer, byteOffset + head, (length - head) >> 2)
  const tail = head + 4 * fours.length
  return (
    areZero(fours) && areZero(new Uint8Array(buffer, byteOffset, head)) && areZero(new Uint8Array(buffer, byteOffset + tail, length - tail))
  )
}

function areZero(words: Uint8Array | Int32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}
