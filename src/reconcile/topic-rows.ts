/**
 * Rows of a source in a form that compares: of the records of its topic, and of the events of its log. Two rows are of one event if they have
 * the same id, and equal if they have the same content: every column but one that holds the arrival alone.
 */
import { addText, definitionOf, limits } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { ColumnIR, SourceIR, Value } from '../define/ir/index.ts'
import { contentColumnNames, type RecordBatch, RecordValidator, type RowMap, type SourceRejection, valueAt } from '../intake/index.ts'
import { parseRecordPlace, type RecordPlace } from '../kafka/index.ts'

/** Some of a source's keys: those with a hash of `index` modulo `count`. */
export interface KeySlice {
  readonly index: number
  readonly count: number
}

/** A row that is compared. */
export interface ComparedRow {
  readonly key: Value
  /** Event time as the record states it, UTC ms. */
  readonly time: Value
  /** JSON of key and id; undefined without an id. */
  readonly id: string | undefined
  /** JSON of the values of the content columns. */
  readonly content: string
}

type ValueOf = (column: ColumnIR) => Value

/** Makes a row of its values; undefined for a key of another slice. */
export function rowMaker(source: SourceIR, slice: KeySlice): (valueOf: ValueOf) => ComparedRow | undefined {
  const columnNamed = (name: string): ColumnIR => definitionOf(source.columns, name)
  const content = contentColumnNames(source).map(columnNamed)
  const [keyColumn, timeColumn] = [columnNamed(source.key), columnNamed(source.time)]
  const idColumn = source.id === undefined ? undefined : columnNamed(source.id)
  return valueOf => {
    const key = valueOf(keyColumn)
    if (!isInSlice(key, slice)) return undefined
    const id = idColumn ? valueOf(idColumn) : null
    return {
      key,
      time: valueOf(timeColumn),
      id: id === null ? undefined : JSON.stringify([key, id]),
      content: JSON.stringify(content.map(valueOf)),
    }
  }
}

function isInSlice(key: Value, { index, count }: KeySlice): boolean {
  if (count === 1) return true
  const hash = { high: 0, low: 0 }
  addText(hash, String(key))
  return (hash.low >>> 0) % count === index
}

/** Receives what the records of a topic are for a source today. */
export interface TopicRowSink {
  onRow(row: ComparedRow, place: RecordPlace): void
  /** A record, or a row of it, that is rejected. */
  onRejected(rejection: Pick<SourceRejection, 'place' | 'detail'>): void
}

/** Validates the records of a topic as a run does. Holds the rows of one batch. */
export class TopicRows {
  readonly #source: SourceIR
  readonly #validator: RecordValidator
  readonly #makeRow: (valueOf: ValueOf) => ComparedRow | undefined
  readonly #sink: TopicRowSink

  constructor(source: SourceIR, map: RowMap | undefined, slice: KeySlice, sink: TopicRowSink) {
    this.#source = source
    this.#sink = sink
    this.#makeRow = rowMaker(source, slice)
    this.#validator = new RecordValidator(source, {
      map,
      strings: new Strings(),
      // Texts are needed until the next batch.
      shared: new Set(),
      trackOrigins: true,
      // A record that was too far ahead of its arrival is a dead letter of the run; here it is a row.
      arrivalOf: () => limits.TIME_MS_MAX,
      onRejected: rejection => this.#sink.onRejected(rejection),
    })
  }

  /** Records so far of which `map` made no row. */
  get skipped(): number {
    return this.#validator.counts.skipped
  }

  /** Throws `SPILL_LIMIT` as `RecordValidator` does. */
  read(batch: RecordBatch): void {
    const validator = this.#validator
    for (const rejection of batch.undecodable) this.#sink.onRejected(rejection)
    validator.validate(batch)
    const view = validator.view()
    for (let at = 0; at < validator.length; at++) {
      const row = this.#makeRow(column => valueAt(view, column, at, validator.stringsOf(column.name)))
      if (row) this.#sink.onRow(row, parseRecordPlace(validator.placeOf(at))!)
    }
    validator.clear()
  }

  /** The columns in which two contents differ. */
  differences(record: ComparedRow, event: ComparedRow) {
    const [ofRecord, ofEvent] = [JSON.parse(record.content) as Value[], JSON.parse(event.content) as Value[]]
    return contentColumnNames(this.#source).flatMap((column, i) =>
      ofRecord[i] === ofEvent[i] ? [] : [{ column, record: ofRecord[i], event: ofEvent[i] }],
    )
  }
}
