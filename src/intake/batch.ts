/** Raw records on their way in, some hundreds at a time: what every reader of files gives and every intake takes. */
import type { Cells } from './cells.ts'
import type { RawForm, Refusal } from './refusal.ts'

/** Where records come from, and how their values are to be read. One object for all batches of a file. */
export interface Origin {
  /** `file.ndjson:12` of the record with that number (a line, or a row of Parquet; both from 1). */
  placeOf(number: number): string
  /** Values may be text: `'12'` is an int. True for CSV. */
  readonly text: boolean
  /** Records have the columns of the file, and those that a source does not name are ignored: CSV and Parquet. */
  readonly tabular: boolean
  /** Fields whose numbers are wall-clock milliseconds in no zone, to be read in the zone of their column. */
  readonly zoneless: ReadonlySet<string>
}

export interface RecordBatch {
  readonly origin: Origin
  readonly records: readonly unknown[]
  /** Present if some were read into the columns of a source: their places in `records` hold nothing. */
  readonly cells?: Cells
  numberOf(index: number): number
  /** The record as it stood in the file. */
  rawOf(index: number): string | Uint8Array
  /** By record, the fields whose number has more digits than JavaScript's numbers hold, as they were written. */
  readonly inexact?: ReadonlyMap<number, ReadonlyMap<string, string>>
  /** The records were refused before: only this row of those that `map` makes of each, or rows that need no `map`. */
  readonly again?: Pick<RawForm, 'row' | 'mapped'>
  /** Records of this stretch that could not be decoded. */
  readonly undecodable: readonly Refusal[]
  /** Told of each record that a run refuses, these among them, before that is durable. */
  readonly onRefused?: (refusal: Refusal) => void
}

/** What the raw text of a record from there is; `row` as in `RawForm`. */
export function formOf({ text, tabular, zoneless }: Origin, row?: number): RawForm | undefined {
  const form: RawForm = {
    ...(text && { csv: true }),
    ...(tabular && !text && { tabular }),
    ...(zoneless.size > 0 && { zoneless: [...zoneless] }),
    ...(row !== undefined && { row }),
  }
  return Object.keys(form).length > 0 ? form : undefined
}

/** Records that are no file's: a test's, or rows already at hand. */
export function batchOf(records: readonly unknown[], name = 'row'): RecordBatch {
  return {
    origin: { placeOf: number => `${name} ${number}`, text: false, tabular: false, zoneless: new Set() },
    records,
    numberOf: index => index + 1,
    rawOf: index => rawText(records[index]),
    undecodable: [],
  }
}

/** A record without bytes of its own, as JSON. Whole numbers beyond JavaScript's keep all their digits, and what is no number to JSON its name. */
export function rawText(record: unknown): string {
  try {
    return JSON.stringify(record, (_, value: unknown) => (isNoJson(value) ? String(value) : value)) ?? String(record)
  } catch {
    return String(record)
  }
}

const isNoJson = (value: unknown): boolean => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
