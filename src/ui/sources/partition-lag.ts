/** The lag of partitions of a source (`GET /sources/SOURCE/lag`), and its words. */
import { pluralText, spanText } from '../core/text.ts'

export interface PartitionLagAnswer {
  /** Empty of a place without partitions. */
  readonly partition: string
  readonly verdict: 'OK' | 'WARN' | 'STOP' | 'STALL' | 'REWIND'
  readonly lag: number
  readonly age: { readonly ms: number; readonly basis: 'measured' | 'extrapolated' | 'at-least' }
  readonly catchUpMs?: number
}

export interface ReaderLagAnswer {
  /** Its place: `kafka:payments`. */
  readonly reader: string
  readonly unit?: string
  readonly partitions: readonly PartitionLagAnswer[]
  /** Records behind an open transaction. */
  readonly inTransaction?: number
  readonly problem?: string
  readonly failure?: string
}

export interface SourceLagAnswer {
  readonly readers: readonly ReaderLagAnswer[]
}

/** Rows that the page shows. */
const SHOWN = 50

/** The partitions of all readers, the furthest behind first; `omitted` are those beyond the rows of the page. */
export function furthestBehind(readers: readonly ReaderLagAnswer[]) {
  const all = readers
    .flatMap(({ reader, unit = '', partitions }) =>
      partitions.map(partition => ({ ...partition, unit, title: titleOf(reader, partition) })),
    )
    .sort((a, b) => b.age.ms - a.age.ms || b.lag - a.lag)
  return { rows: all.slice(0, SHOWN), omitted: Math.max(0, all.length - SHOWN) }
}

/** A sentence for each reader with records behind an open transaction: its writer is slow, or died and Kafka ends it after its timeout. */
export const transactionTexts = (readers: readonly ReaderLagAnswer[]): string[] =>
  readers
    .filter(({ inTransaction = 0 }) => inTransaction > 0)
    .map(
      ({ reader, inTransaction = 0 }) =>
        `${reader}: ${pluralText(inTransaction, 'record')} cannot be read until a transaction of their writer ends.`,
    )

const titleOf = (reader: string, { partition }: PartitionLagAnswer): string => (partition === '' ? reader : `${reader} ${partition}`)

/** The waiting time of the oldest unread record: `12 s`, `at least 4 min`, `about 2 h`. */
export const agePartText = ({ ms, basis }: PartitionLagAnswer['age']): string => `${basisTexts[basis]}${spanText(ms)}`

const basisTexts = { measured: '', extrapolated: 'about ', 'at-least': 'at least ' } as const

export const verdictTexts: Readonly<Record<PartitionLagAnswer['verdict'], string>> = {
  OK: 'reads on',
  WARN: 'falls behind',
  STOP: 'its reader has ended',
  STALL: 'stands still',
  REWIND: 'went back',
}
