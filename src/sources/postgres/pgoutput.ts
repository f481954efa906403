/**
 * Parser of `pgoutput` messages, protocol version 1 (PostgreSQL manual, "Logical Replication Message Formats"). A transaction is sent once
 * it has committed: its beginning, its changes in order, and its commit. Values are text, in the session's format.
 */
import type { RowTexts } from './row-batch.ts'

export interface RelationMessage {
  readonly kind: 'relation'
  readonly oid: number
  readonly columns: readonly { readonly name: string; readonly type: number }[]
}

export type RowChange =
  | { readonly kind: 'insert'; readonly oid: number; readonly row: RowTexts }
  /** `old`: the old row, or only its identity (`oldHasKeyOnly`); absent if the identity is unchanged and no more is shown. */
  | { readonly kind: 'update'; readonly oid: number; readonly row: RowTexts; readonly old?: RowTexts; readonly oldHasKeyOnly: boolean }
  | { readonly kind: 'delete'; readonly oid: number; readonly old: RowTexts; readonly oldHasKeyOnly: boolean }
  | { readonly kind: 'truncate'; readonly oids: readonly number[] }

type PgoutputMessage =
  /** `commit` is the log position of the commit, `at` its time in UTC ms. */
  | { readonly kind: 'begin'; readonly commit: Lsn; readonly at: number }
  /** `end`: the log position after the commit. */
  | { readonly kind: 'commit'; readonly end: Lsn }
  | RelationMessage
  | RowChange
  | undefined

const EPOCH_2000_MS = 946_684_800_000

/** `undefined` for messages that are not about rows: types, origins. */
export function parseMessage(bytes: Buffer): PgoutputMessage {
  const reader = new Reader(bytes, 1)
  switch (String.fromCharCode(bytes[0])) {
    case 'B':
      return { kind: 'begin', commit: reader.int64(), at: EPOCH_2000_MS + Math.floor(Number(reader.int64()) / 1000) }
    case 'C':
      // Flags, and the position of the commit.
      reader.skip(9)
      return { kind: 'commit', end: reader.int64() }
    case 'R':
      return relationOf(reader)
    case 'I':
      return { kind: 'insert', oid: reader.int32(), row: reader.tagged().row }
    case 'U':
      return updateOf(reader)
    case 'D': {
      const oid = reader.int32()
      const { tag, row } = reader.tagged()
      return { kind: 'delete', oid, old: row, oldHasKeyOnly: tag === 'K' }
    }
    case 'T': {
      const count = reader.int32()
      reader.skip(1)
      return { kind: 'truncate', oids: Array.from({ length: count }, () => reader.int32()) }
    }
    default:
      return undefined
  }
}

function relationOf(reader: Reader): RelationMessage {
  const oid = reader.int32()
  // Schema, name, replica identity.
  reader.text()
  reader.text()
  reader.skip(1)
  const columns = Array.from({ length: reader.int16() }, () => {
    reader.skip(1)
    const name = reader.text()
    const type = reader.int32()
    reader.skip(4)
    return { name, type }
  })
  return { kind: 'relation', oid, columns }
}

function updateOf(reader: Reader): RowChange {
  const oid = reader.int32()
  const first = reader.tagged()
  if (first.tag === 'N') return { kind: 'update', oid, row: first.row, oldHasKeyOnly: false }
  return { kind: 'update', oid, row: reader.tagged().row, old: first.row, oldHasKeyOnly: first.tag === 'K' }
}

class Reader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  skip(count: number): void {
    this.#at += count
  }

  int16(): number {
    return this.#bytes.readUInt16BE((this.#at += 2) - 2)
  }

  int32(): number {
    return this.#bytes.readUInt32BE((this.#at += 4) - 4)
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE((this.#at += 8) - 8)
  }

  char(): string {
    return String.fromCharCode(this.#bytes[this.#at++])
  }

  /** Reads a text up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  /** Reads a row and the letter before it: new row, old row, or key of the old row. */
  tagged(): { readonly tag: string; readonly row: RowTexts } {
    const tag = this.char()
    return { tag, row: Array.from({ length: this.int16() }, () => this.#value()) }
  }

  #value(): string | null | undefined {
    const kind = this.char()
    // 'u': a large value that the change left unchanged.
    if (kind !== 't') return kind === 'n' ? null : undefined
    const length = this.int32()
    return this.#bytes.toString('utf8', this.#at, (this.#at += length))
  }
}

/** Log sequence number: a byte position in PostgreSQL's write-ahead log; stored positions and messages show it as `16/B374D848`. */
export type Lsn = bigint

export function parseLsn(text: string): Lsn {
  const [high, low] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export const lsnText = (lsn: Lsn): string => `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
