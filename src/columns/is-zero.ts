/** Below so many bytes a look at each of them costs less than the views that look at four. */
const FEW = 64

/** Whether all of some bytes are 0, four at a time: where a mark is rare, this is what looking for it costs. */
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
