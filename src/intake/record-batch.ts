/** A batch of raw records, some hundreds: readers of files produce batches, and validators consume them. */
import type { TraceContext } from '../base/index.ts'
import { type RecordCells, sliceCells } from './cells.ts'
import type { RawForm, Rejection } from './rejection.ts'

/** Origin of records, and how to read their values. All batches of a file share one object. */
export interface RecordOrigin {
  /** Place of a record in words, `file.ndjson:12`, by its number: a line, or a row of Parquet, both from 1. */
  placeOf(number: number): string
  /** Values may be text: `'12'` is an int. True for CSV. */
  readonly text: boolean
  /** Records have the file's columns, and columns that the source does not name are ignored. True for CSV and Parquet. */
  readonly tabular: boolean
  /** Fields whose numbers are wall-clock milliseconds without a zone, to be read in the zone of their column. */
  readonly zoneless: ReadonlySet<string>
}

export interface RecordBatch {
  readonly origin: RecordOrigin
  readonly records: readonly unknown[]
  /** Present if some records were decoded straight into columns; those are empty in `records`. */
  readonly cells?: RecordCells
  numberOf(index: number): number
  /** The record as it was in the file. */
  rawOf(index: number): string | Uint8Array
  /** By record index: fields whose number has more digits than a double holds, as text. */
  readonly inexact?: ReadonlyMap<number, ReadonlyMap<string, string>>
  /** Set for dead letters that are replayed: validate only this row of the mapped rows, or rows that need no `map`. */
  readonly replay?: Pick<RawForm, 'row' | 'mapped'>
  /** Records of this part of the file that could not be decoded. */
  readonly undecodable: readonly Rejection[]
  /** Numbers of the undecodable records, as of `numberOf`. Present in batches of files, whose numbers ascend from batch to batch, and of topics. */
  readonly undecodableNumbers?: readonly number[]
  /** Trace context of the request that brought the records. A measurement, which no decision reads. */
  readonly trace?: TraceContext | undefined
  /** Called for each record that a run rejects, before the rejection is durable; includes the undecodable records. */
  readonly onRejected?: (rejection: Rejection) => void
}

/** Describes the raw text of a record of this origin; `row` as in `RawForm`. */
export function rawFormOf({ text, tabular, zoneless }: RecordOrigin, row?: number): RawForm | undefined {
  const form: RawForm = {
    ...(text && { csv: true }),
    ...(tabular && !text && { tabular }),
    ...(zoneless.size > 0 && { zoneless: [...zoneless] }),
    ...(row !== undefined && { row }),
  }
  return Object.keys(form).length > 0 ? form : undefined
}

/** A batch of records that come from no file: of a test, or rows in memory. */
export function recordBatchOf(records: readonly unknown[], name = 'row'): RecordBatch {
  return {
    origin: { placeOf: number => `${name} ${number}`, text: false, tabular: false, zoneless: new Set() },
    records,
    numberOf: index => index + 1,
    rawOf: index => rawJsonText(records[index]),
    undecodable: [],
  }
}

/** The greatest number of a record of the batch, decoded or not; 0 for a batch without records. */
export function lastNumberOf(batch: RecordBatch): number {
  const { records, undecodableNumbers = [] } = batch
  return undecodableNumbers.reduce((last, number) => Math.max(last, number), records.length > 0 ? batch.numberOf(records.length - 1) : 0)
}

/**
 * The records of a batch with a greater number than `after`, up to `upTo`, decoded or not. Numbers of records ascend. Undecodable records
 * without numbers all stay. Cost: copies no bytes.
 */
export function sliceRecordBatch(batch: RecordBatch, after: number, upTo = Infinity): RecordBatch {
  const { records, undecodable, undecodableNumbers, inexact, cells } = batch
  const indexAfter = (number: number): number => {
    const index = records.findIndex((_, at) => batch.numberOf(at) > number)
    return index < 0 ? records.length : index
  }
  const [first, end] = [indexAfter(after), upTo === Infinity ? records.length : indexAfter(upTo)]
  const isInside = (_: unknown, index: number): boolean =>
    undecodableNumbers === undefined || (undecodableNumbers[index] > after && undecodableNumbers[index] <= upTo)
  if (first === 0 && end === records.length && undecodable.every(isInside)) return batch
  return {
    ...batch,
    records: records.slice(first, end),
    numberOf: index => batch.numberOf(index + first),
    rawOf: index => batch.rawOf(index + first),
    ...(inexact && {
      inexact: new Map(
        [...inexact].flatMap(([index, fields]) => (index >= first && index < end ? [[index - first, fields] as const] : [])),
      ),
    }),
    ...(cells && { cells: sliceCells(cells, first) }),
    undecodable: undecodable.filter(isInside),
    ...(undecodableNumbers && { undecodableNumbers: undecodableNumbers.filter(isInside) }),
  }
}

/** A record without raw bytes, as JSON. Integers beyond 2^53 keep all digits; numbers that JSON lacks become their names. */
export function rawJsonText(record: unknown): string {
  try {
    return JSON.stringify(record, (_, value: unknown) => (isNoJson(value) ? String(value) : value)) ?? String(record)
  } catch {
    return String(record)
  }
}

const isNoJson = (value: unknown): boolean => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
