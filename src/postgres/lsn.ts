/** A place in PostgreSQL's write-ahead log, as a number of bytes; written `16/B374D848`, which is how it stands in cursors and messages. */
export type Lsn = bigint

export function lsnOf(text: string): Lsn {
  const [high, low] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export const lsnText = (lsn: Lsn): string => `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
