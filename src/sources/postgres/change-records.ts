/**
 * Converts changes of a table to records of a source.
 *
 * - INSERT: an event.
 * - UPDATE: an event with the new row; a revision if the source has `identity` and the identity is unchanged. If the source has `deleted`
 *   and the key or identity changes (with a `map`: those of the mapped rows), a delete of the old row comes first.
 * - DELETE: if the source has `deleted`, the old row, or its replica identity alone, with that column true. Its time is the time of the
 *   commit if its own is not shown. Otherwise nothing.
 * - TRUNCATE: if the source has `deleted`, a rejection, since the server does not name the rows. Otherwise nothing.
 *
 * An UPDATE does not show large values that it leaves unchanged, unless the table has REPLICA IDENTITY FULL. A row is rejected if the
 * source reads such a value.
 */
import { limits, type SpillwayError } from '../../base/index.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'
import { rawJsonText, mappedRows, type RowMap, Fault } from '../../intake/index.ts'
import type { RelationMessage, RowChange } from './pgoutput.ts'
import { longRowFault, rawRowText, rowRecordOf, type RowTexts } from './row-batch.ts'
import { type PostgresTable, type SelectedColumn, storedColumns, tableError } from './table.ts'
import { textConverter } from './value.ts'

/** A change that gives no record: the reason and the row. */
export class RejectedChange {
  readonly fault: Fault
  readonly raw: string

  constructor(fault: Fault, raw: string) {
    this.fault = fault
    this.raw = raw
  }
}

export type ChangeRecord = Readonly<Record<string, unknown>> | RejectedChange

export interface ChangeRecordsOptions {
  readonly table: PostgresTable
  /** Base type of each domain, by type number. */
  readonly baseTypes: ReadonlyMap<number, number>
  /** Names in the table of the columns that the source read last, if known. */
  readonly lastColumns: readonly string[] | undefined
  /** The source's map. Without it every change of a mapped row counts as a change of identity. */
  readonly map: RowMap | undefined
}

/** A column under its current name. */
interface ChangedColumn extends SelectedColumn {
  /** Its name in the table, which may be an earlier name. */
  readonly stored: string
}

export class ChangeRecords {
  readonly #source: SourceIR
  readonly #table: string
  readonly #baseTypes: ReadonlyMap<number, number>
  /** Current names of the source's columns by all their names; `undefined` for a source with a `map`, which reads any column. */
  readonly #currentNames: ReadonlyMap<string, string> | undefined
  /** Columns that identify an event, for a source with `deleted`. */
  readonly #identifying: readonly string[]
  readonly #map: RowMap | undefined
  #columns: readonly ChangedColumn[] = []
  #indexes: readonly number[] = []

  #lastColumns: readonly string[] | undefined

  constructor(source: SourceIR, options: ChangeRecordsOptions) {
    this.#lastColumns = options.lastColumns
    this.#map = options.map
    this.#source = source
    this.#table = options.table.name
    this.#baseTypes = options.baseTypes
    this.#currentNames = source.mapVersion === undefined ? currentNamesOf(source.columns) : undefined
    this.#identifying = source.deleted === undefined ? [] : [source.key, ...(source.identity ?? [])]
  }

  /** Names in the table of the columns that the source reads, as of the last relation message. */
  get lastColumns(): readonly string[] | undefined {
    return this.#lastColumns
  }

  /** Sets the columns of the following rows. Throws `SPILL_SOURCE` if a column is missing that the source has read before. */
  setColumns({ columns }: RelationMessage): void {
    const read = storedColumns(columns, this.#source)
    const selected = columns.map((column, index) => ({ ...column, index })).filter(({ name }) => read?.has(name) !== false)
    const current = new Set(selected.map(({ name }) => read?.get(name)?.name ?? name))
    const missing = this.#lastColumns?.filter(name => this.#isRead(name) && !current.has(this.#currentName(name))) ?? []
    if (missing.length > 0) throw missingColumnsError(this.#table, missing, this.#currentNames === undefined)
    this.#lastColumns = selected.map(({ name }) => name)
    this.#indexes = selected.map(({ index }) => index)
    this.#columns = selected.map(({ name, type }) => {
      const column = read?.get(name)
      return { name: column?.name ?? name, stored: name, read: textConverter(this.#baseTypes.get(type) ?? type, column) }
    })
  }

  #isRead(name: string): boolean {
    return this.#currentNames?.has(name) !== false
  }

  #currentName(name: string): string {
    return this.#currentNames?.get(name) ?? name
  }

  /** The records of a change; `at` is the commit time of its transaction, UTC ms. */
  recordsOf(change: RowChange, at: number): readonly ChangeRecord[] {
    switch (change.kind) {
      case 'insert':
        return [this.#record(this.#read(change.row))]
      case 'update':
        return this.#updateRecords(this.#read(change.row), change.old && this.#read(change.old), change.oldHasKeyOnly, at)
      case 'delete':
        return this.#source.deleted === undefined ? [] : [this.#deleteRecord(this.#read(change.old), change.oldHasKeyOnly, at)]
      default:
        return this.#source.deleted === undefined ? [] : [new RejectedChange(truncateFault, JSON.stringify({ truncate: this.#table }))]
    }
  }

  #read(row: RowTexts): RowTexts {
    return this.#indexes.map(index => row[index])
  }

  #updateRecords(row: RowTexts, old: RowTexts | undefined, oldHasKeyOnly: boolean, at: number): readonly ChangeRecord[] {
    const fullRow = old && !oldHasKeyOnly ? row.map((text, i) => (text === undefined ? old[i] : text)) : row
    const record = this.#record(fullRow)
    return old !== undefined && this.#changesIdentity(old, fullRow) ? [this.#deleteRecord(old, oldHasKeyOnly, at), record] : [record]
  }

  /** True if the old row has an event that the new row has not. */
  #changesIdentity(old: RowTexts, row: RowTexts): boolean {
    if (this.#identifying.length === 0) return false
    if (this.#source.mapVersion === undefined)
      return this.#columns.some(({ name }, i) => this.#identifying.includes(name) && old[i] !== row[i])
    if (old.every((text, i) => text === row[i])) return false
    const remaining = this.#identities(row)
    return this.#identities(old)?.every(identity => remaining?.includes(identity)) !== true
  }

  /** Identities of the mapped rows; `undefined` if the map fails. The map gets a copy of the record, which it may change. */
  #identities(texts: RowTexts): readonly string[] | undefined {
    const record = this.#record(texts)
    if (this.#map === undefined || record instanceof RejectedChange) return undefined
    const rows = mappedRows(this.#map, record)
    if (rows instanceof Fault) return undefined
    try {
      return rows.map(row => rawJsonText(this.#identifying.map(name => (row as Record<string, unknown>)[name])))
    } catch {
      return undefined
    }
  }

  #deleteRecord(old: RowTexts, oldHasKeyOnly: boolean, at: number): ChangeRecord {
    const record = this.#record(old)
    if (record instanceof RejectedChange) return record
    const { time, deleted } = this.#source
    const isUntimed = oldHasKeyOnly && record[time] === null
    return { ...record, ...(isUntimed && { [time]: at }), [deleted!]: true }
  }

  #record(texts: RowTexts): ChangeRecord {
    const unchanged = this.#columns.findIndex((_, i) => texts[i] === undefined)
    const bytes = bytesOf(texts)
    const isLong = bytes > limits.LINE_BYTES_MAX
    const record =
      unchanged >= 0
        ? new Fault(
            `'${this.#columns[unchanged].stored}' is large, and an UPDATE that leaves it alone does not show it: ALTER TABLE ${this.#table} REPLICA IDENTITY FULL`,
          )
        : isLong
          ? longRowFault(bytes)
          : rowRecordOf(this.#columns, texts)
    if (record instanceof Fault) return new RejectedChange(record, isLong ? '{}' : rawRowText(this.#columns, texts))
    const { deleted } = this.#source
    return deleted === undefined || deleted in record ? record : { ...record, [deleted]: false }
  }
}

const currentNamesOf = (columns: readonly ColumnIR[]): ReadonlyMap<string, string> =>
  new Map(columns.flatMap(({ name, aliases = [] }) => [name, ...aliases].map(known => [known, name] as const)))

/** Length in UTF-8, as the copy counts it. The number of UTF-16 units is enough if even three bytes a unit are below the limit. */
function bytesOf(texts: RowTexts): number {
  const units = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return 3 * units <= limits.LINE_BYTES_MAX ? units : texts.reduce((sum, text) => sum + (text == null ? 0 : Buffer.byteLength(text)), 0)
}

/** Error for missing columns, since their values would silently be NULL from here on. */
function missingColumnsError(table: string, names: readonly string[], isMapped: boolean): SpillwayError {
  const list = names.map(name => `'${name}'`).join(', ')
  return tableError(
    { name: table },
    `no longer has ${list} in its changes from here on, which the source reads: a column was renamed, dropped, or left out of the publication. To go on, ` +
      `${isMapped ? 'write the map for the table as it is and give it another mapVersion' : 'take it out of the source, which may name another'}; nothing was lost`,
    'SPILL_SOURCE',
  )
}

const truncateFault = new Fault('TRUNCATE deletes rows without saying which: delete them with DELETE, or send a delete of each')
