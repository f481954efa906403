/** Log sequence number: a byte position in PostgreSQL's write-ahead log; stored positions and messages show it as `16/B374D848`. */
export type Lsn = bigint

export function parseLsn(text: string): Lsn {
  const [high, low] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export const lsnText = (lsn: Lsn): string => `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
