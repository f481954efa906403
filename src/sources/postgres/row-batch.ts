/** Collects rows of a table into a batch for a run, each row with its place. */
import { limits } from '../../base/index.ts'
import { rawJsonText, type RecordOrigin, type RecordBatch, Fault, type Rejection } from '../../intake/index.ts'
import type { SelectedColumn } from './table.ts'

/** Texts of a row's values; `null` for NULL, `undefined` for an unknown value. */
export type RowTexts = readonly (string | null | undefined)[]

/** A row as a record by column name, or the fault of one of its values. */
export function rowRecordOf(columns: readonly SelectedColumn[], texts: RowTexts): Record<string, unknown> | Fault {
  const record: Record<string, unknown> = {}
  for (let i = 0; i < columns.length; i++) {
    const text = texts[i]
    if (text === undefined) continue
    const value = text === null ? null : columns[i].read(text)
    if (value instanceof Fault) return new Fault(`'${columns[i].name}': ${value.detail}`, value.reason)
    record[columns[i].name] = value
  }
  return record
}

/** A row as JSON, for a rejection. */
export const rawRowText = (columns: readonly SelectedColumn[], texts: RowTexts): string =>
  JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, texts[i]])))

/** Fault of a row that is too long to hold: only its place and size are kept. */
export const longRowFault = (bytes: number): Fault =>
  new Fault(`a row of ${bytes} bytes, more than ${limits.LINE_BYTES_MAX} (LINE_BYTES_MAX); its values are not kept here`)

/** Collects the rows of one batch. */
export class RowBatchBuilder {
  readonly #origin: RecordOrigin
  readonly #records: unknown[] = []
  readonly #numbers: number[] = []
  readonly #raws: ((() => string) | undefined)[] = []
  readonly #inexact = new Map<number, ReadonlyMap<string, string>>()
  readonly #undecodable: Rejection[] = []

  /** `tabular`: records are rows of the table, which may have more columns than the source names. */
  constructor(placeOf: (number: number) => string, tabular: boolean) {
    this.#origin = { placeOf, text: false, tabular, zoneless: new Set() }
  }

  get length(): number {
    return this.#records.length + this.#undecodable.length
  }

  add(number: number, record: unknown, raw?: () => string, inexact?: ReadonlyMap<string, string>): void {
    if (inexact) this.#inexact.set(this.#records.length, inexact)
    this.#records.push(record)
    this.#numbers.push(number)
    this.#raws.push(raw)
  }

  reject(number: number, fault: Fault, raw: string): void {
    this.#undecodable.push(fault.at(this.#origin.placeOf(number), raw))
  }

  batch(): RecordBatch {
    return {
      origin: this.#origin,
      records: this.#records,
      numberOf: index => this.#numbers[index],
      rawOf: index => this.#raws[index]?.() ?? rawJsonText(this.#records[index]),
      undecodable: this.#undecodable,
      ...(this.#inexact.size > 0 && { inexact: this.#inexact }),
    }
  }
}
