/** Whether all of some bytes are 0, four at a time: where a mark is rare, this is what looking for it costs. */
export function isZero({ buffer, byteOffset, length }: Uint8Array): boolean {
  const head = -byteOffset & 3
  if (length < head) return areZero(new Uint8Array(buffer, byteOffset, length))
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
