/**
 * Changes of a table as records of a source.
 *
 * | change | is |
 * | --- | --- |
 * | INSERT | an event |
 * | UPDATE | an event with the new row: a revision, where the source has `identity` and it is as it was. Where the source has `deleted` and its key or identity changes (those of the rows that its `map` makes), the old row is deleted first |
 * | DELETE | where the source has `deleted`: the old row with that column true, or what identifies it (the replica identity), at the time of the commit if its own is not shown. Nothing otherwise |
 * | TRUNCATE | where the source has `deleted`: refused, since nobody says which rows there were. Nothing otherwise |
 *
 * An UPDATE does not show large values that it left alone, unless the table has REPLICA IDENTITY FULL: a row in which the source reads one is refused.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { rawText } from '../intake/batch.ts'
import { mappedRows, type RowMap } from '../intake/mapping.ts'
import { Fault } from '../intake/refusal.ts'
import type { Relation, RowChange } from './pgoutput.ts'
import { longFault, recordOf, type Texts } from './rows.ts'
import type { ReadColumn, Table } from './table.ts'
import { valueReader } from './value.ts'

/** Why a change is no record, and what was there. */
export class RefusedChange {
  readonly fault: Fault
  readonly raw: string

  constructor(fault: Fault, raw: string) {
    this.fault = fault
    this.raw = raw
  }
}

export type ChangeRecord = Readonly<Record<string, unknown>> | RefusedChange

export interface OfTable {
  readonly table: Table
  /** The types that domains are of. */
  readonly baseOf: ReadonlyMap<number, number>
  /** The columns that the source read last, if that is known. */
  readonly seen: readonly string[] | undefined
  /** The source's. Without it every change of a row that it may see is one of identity. */
  readonly map: RowMap | undefined
}

export class ChangeRecords {
  readonly #source: SourceIR
  readonly #table: string
  readonly #baseOf: ReadonlyMap<number, number>
  readonly #names: ReadonlySet<string> | undefined
  /** What tells one event of the source from another, where a row that stops being one is a delete. */
  readonly #identifying: readonly string[]
  readonly #map: RowMap | undefined
  #columns: readonly ReadColumn[] = []
  #places: readonly number[] = []

  #seen: readonly string[] | undefined

  constructor(source: SourceIR, { table, baseOf, seen, map }: OfTable) {
    this.#seen = seen
    this.#map = map
    this.#source = source
    this.#table = table.name
    this.#baseOf = baseOf
    this.#names = source.mapVersion === undefined ? new Set(source.columns.map(({ name }) => name)) : undefined
    this.#identifying = source.deleted === undefined ? [] : [source.key, ...(source.identity ?? [])]
  }

  /** The columns that the source reads, as they were there last. */
  get seen(): readonly string[] | undefined {
    return this.#seen
  }

  /** From now on rows are of these columns. Throws `SPILL_SOURCE` if one is missing that was there and that the source reads. */
  columnsAre({ columns }: Relation): void {
    const wanted = columns.map((column, place) => ({ ...column, place })).filter(({ name }) => this.#names?.has(name) !== false)
    const names = wanted.map(({ name }) => name)
    const gone = this.#seen?.filter(name => !names.includes(name) && this.#names?.has(name) !== false) ?? []
    if (gone.length > 0) throw goneError(this.#table, gone, this.#names === undefined)
    this.#seen = names
    this.#places = wanted.map(({ place }) => place)
    this.#columns = wanted.map(({ name, type }) => ({ name, read: this.#reader(name, type) }))
  }

  #reader(name: string, type: number): ReadColumn['read'] {
    const { columns, mapVersion } = this.#source
    return valueReader(this.#baseOf.get(type) ?? type, mapVersion === undefined ? columns.find(column => column.name === name) : undefined)
  }

  /** The records of a change; `at` is when its transaction committed, UTC ms. */
  of(change: RowChange, at: number): readonly ChangeRecord[] {
    switch (change.kind) {
      case 'insert':
        return [this.#record(this.#read(change.row))]
      case 'update':
        return this.#updated(this.#read(change.row), change.old && this.#read(change.old), change.isKey, at)
      case 'delete':
        return this.#source.deleted === undefined ? [] : [this.#deleted(this.#read(change.old), change.isKey, at)]
      default:
        return this.#source.deleted === undefined ? [] : [new RefusedChange(truncated, JSON.stringify({ truncate: this.#table }))]
    }
  }

  #read(row: Texts): Texts {
    return this.#places.map(place => row[place])
  }

  #updated(row: Texts, old: Texts | undefined, isKey: boolean, at: number): readonly ChangeRecord[] {
    const whole = old && !isKey ? row.map((text, i) => (text === undefined ? old[i] : text)) : row
    const record = this.#record(whole)
    return old !== undefined && this.#isAnother(old, whole) ? [this.#deleted(old, isKey, at), record] : [record]
  }

  /** Are events of the old row none of the new one's? */
  #isAnother(old: Texts, row: Texts): boolean {
    if (this.#identifying.length === 0) return false
    if (this.#source.mapVersion === undefined)
      return this.#columns.some(({ name }, i) => this.#identifying.includes(name) && old[i] !== row[i])
    if (old.every((text, i) => text === row[i])) return false
    const stay = this.#identities(row)
    return this.#identities(old)?.every(identity => stay?.includes(identity)) !== true
  }

  /** Of the rows that the map makes of one, if it does. It gets a record of its own, which it may change. */
  #identities(texts: Texts): readonly string[] | undefined {
    const record = this.#record(texts)
    if (this.#map === undefined || record instanceof RefusedChange) return undefined
    const rows = mappedRows(this.#map, record)
    if (rows instanceof Fault) return undefined
    try {
      return rows.map(row => rawText(this.#identifying.map(name => (row as Record<string, unknown>)[name])))
    } catch {
      return undefined
    }
  }

  #deleted(old: Texts, isKey: boolean, at: number): ChangeRecord {
    const record = this.#record(old)
    if (record instanceof RefusedChange) return record
    const { time, deleted } = this.#source
    const isUntimed = isKey && record[time] === null
    return { ...record, ...(isUntimed && { [time]: at }), [deleted!]: true }
  }

  #record(texts: Texts): ChangeRecord {
    const hidden = this.#columns.findIndex((_, i) => texts[i] === undefined)
    const bytes = bytesOf(texts)
    const record =
      hidden >= 0
        ? new Fault(
            `'${this.#columns[hidden].name}' is large, and an UPDATE that leaves it alone does not show it: ALTER TABLE ${this.#table} REPLICA IDENTITY FULL`,
          )
        : bytes > limits.LINE_BYTES_MAX
          ? longFault(bytes)
          : recordOf(this.#columns, texts)
    if (record instanceof Fault) return new RefusedChange(record, bytes > limits.LINE_BYTES_MAX ? '{}' : this.#raw(texts))
    const { deleted } = this.#source
    return deleted === undefined || deleted in record ? record : { ...record, [deleted]: false }
  }

  #raw(texts: Texts): string {
    return JSON.stringify(Object.fromEntries(this.#columns.map(({ name }, i) => [name, texts[i]])))
  }
}

/** In UTF-8, as the copy counts them. Where even three bytes for each unit of UTF-16 are few enough, the units are. */
function bytesOf(texts: Texts): number {
  const units = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return 3 * units <= limits.LINE_BYTES_MAX ? units : texts.reduce((sum, text) => sum + (text == null ? 0 : Buffer.byteLength(text)), 0)
}

/** Its values would be NULL from there on, as if they had been. */
function goneError(table: string, names: readonly string[], isMapped: boolean): SpillwayError {
  const them = names.map(name => `'${name}'`).join(', ')
  return new SpillwayError(
    'SPILL_SOURCE',
    `has no ${them} any more in its changes from here on, which the source reads: a column was renamed, dropped, or left out of the publication. To go on, ` +
      `${isMapped ? 'write the map for the table as it is and give it another mapVersion' : 'take it out of the source, which may name another'}; nothing was lost`,
    { place: table },
  )
}

const truncated = new Fault('TRUNCATE deletes rows without saying which: delete them with DELETE, or send a delete of each')
