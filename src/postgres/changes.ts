/**
 * The changes of a table as a source, by logical replication: a slot of the server's and a publication say which.
 *
 * The place in the server's log is committed with the records: the end of the last transaction that was read whole, and of one that was read in part
 * its commit and how many of its changes. The slot is moved on only behind what is durable, and reading begins at our own place, so a restart at any
 * moment loses and repeats nothing; a transaction may be of any size. When it begins, the table is copied as the slot's snapshot sees it, which is
 * exactly what was committed before the first change (`copy.ts`).
 */
import type { Sql } from 'postgres'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { fileStart, type FilePlace } from '../files/follow.ts'
import { batchOf } from '../intake/batch.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { Cursor } from '../run/ingest/inbox.ts'
import { openClient, withClient } from './client.ts'
import { copyFile, hasCopy, readCopy, removeCopy, writeCopy } from './copy.ts'
import { Feeding, type Fed } from './feeding.ts'
import { followChanges, type ChangePlace } from './follow-changes.ts'
import { checkShown, knownOf, Looks, tableAsRead, type Known } from './going-on.ts'
import { once, untilReached } from './lost.ts'
import { lsnOf } from './lsn.ts'
import { checkTable, ensurePublication, publicationOf, shownTable, type Publication } from './publication.ts'
import type { ReadOptions } from './reading.ts'
import { beginSlot, checkSlot, dropUnread, keepSlot, refuseForeign } from './slot.ts'
import type { Table } from './table.ts'

export interface ChangesOptions extends ReadOptions {
  readonly slot: string
  readonly publication: string
  /** Of the source: of rows that it makes, key and identity are. */
  readonly map?: RowMap | undefined
  /** Copy the table when the slot is made. */
  readonly copy: boolean
  /** The data folder of the run: here is the copy while it is read. */
  readonly folder: string
  /** Milliseconds between two looks at table and publication; POSTGRES_LOOK_MS unless given. */
  readonly lookMs?: number
}

/** How far a table was read. */
type State =
  /** The slot may have been made, where `lsn` says; nothing was read. Folders of older versions do not say where. */
  | { readonly state: 'begins'; readonly lsn?: string }
  /** The copy is being read; changes go on at `lsn`. */
  | { readonly state: 'copied'; readonly lsn: string; readonly file: FilePlace }
  | ({ readonly state: 'changes' } & ChangePlace)

/**
 * Gives the changes of a table to a source of a run: until the signal, or without `follow` up to what was committed when it began. Resolves when all
 * that was given is durable. Throws `SPILL_INPUT` for a table whose changes cannot be read, `SPILL_SOURCE` as documented there.
 */
export async function readChanges(run: Fed, source: SourceIR, options: ChangesOptions, signal: AbortSignal): Promise<void> {
  const feeding = new Feeding(run, source.name)
  const told = { ...options, onWarning: once(options.onWarning) }
  await untilReached(
    async reached => {
      // What is on its way is durable before the place is looked up again.
      await feeding.settled()
      await withClient(await openClient(options.database), sql => new Reading(sql, run, source, told, feeding).go(reached, signal), signal)
    },
    { source: source.name, signal, onWarning: options.onWarning },
  )
  await feeding.settled()
}

type Place = Known & State

/** Was something read, so that something can have been missed? */
const isBegun = (place: Place | undefined): place is Place => place !== undefined && place.state !== 'begins'

class Reading {
  readonly #sql: Sql
  readonly #run: Fed
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  readonly #feeding: Feeding
  #known: Known | undefined

  constructor(sql: Sql, run: Fed, source: SourceIR, options: ChangesOptions, feeding: Feeding) {
    this.#sql = sql
    this.#run = run
    this.#source = source
    this.#options = options
    this.#feeding = feeding
  }

  async go(reached: () => void, signal: AbortSignal): Promise<void> {
    const { slot, folder, onWarning } = this.#options
    const kept = this.#place()
    const { table, publication, warnings } = await this.#look(kept)
    for (const warning of warnings) onWarning(warning)
    this.#known = knownOf(table, this.#source, isBegun(kept) ? kept : undefined)
    reached()
    let place: State | undefined = kept
    if (place === undefined || place.state === 'begins') place = await this.#begin(table, publication, place, signal)
    else await checkSlot(this.#sql, slot, lsnOf(place.lsn), place.lsn)
    if (place.state === 'copied') place = await this.#readCopy(place, signal)
    // Until now it was needed to begin again.
    if (!signal.aborted && place.state === 'changes') {
      await removeCopy(copyFile(folder, slot))
      await this.#follow(table, place, signal)
    }
  }

  /** Table and publication as they are now. Throws as documented where changes of the table cannot be read, or some may have been missed. */
  async #look(place: Place | undefined): Promise<{ table: Table; publication: Publication | undefined; warnings: readonly string[] }> {
    const { table: name, publication } = this.#options
    const named = await tableAsRead(this.#sql, name, isBegun(place) ? place : undefined)
    const found = await publicationOf(this.#sql, publication, named)
    const { table, warnings: hidden } = shownTable(named, found, publication, this.#source)
    const warnings = [...hidden, ...checkTable(table, this.#source)]
    if (isBegun(place)) checkShown(found, publication, table, this.#source)
    return { table, publication: found, warnings }
  }

  #place(): Place | undefined {
    const kept = this.#run.cursor(this.#cursor)
    return kept === undefined ? undefined : (JSON.parse(kept) as Place)
  }

  get #cursor(): string {
    return changesCursor(this.#source.name, this.#options)
  }

  /** Makes the slot and the copy. Where that was broken off, nothing was read, and it is done anew. */
  async #begin(table: Table, found: Publication | undefined, place: State | undefined, signal: AbortSignal): Promise<State> {
    const { slot, publication, database, folder, copy } = this.#options
    if (place?.state === 'begins' && place.lsn !== undefined) await dropUnread(this.#sql, slot, place.lsn)
    await refuseForeign(this.#sql, slot)
    await ensurePublication(this.#sql, found, publication, table, this.#source)
    const path = copyFile(folder, slot)
    const begin = async (replication: Sql): Promise<State> => {
      const { lsn, snapshot, passing } = await beginSlot(replication)
      if (copy) await writeCopy({ sql: this.#sql, path, table, source: this.#source, snapshot, signal })
      await this.#keep({ state: 'begins', lsn })
      await keepSlot(this.#sql, passing, slot)
      const begun: State = copy ? { state: 'copied', lsn, file: fileStart } : { state: 'changes', lsn }
      await this.#keep(begun)
      return begun
    }
    return withClient(await openClient(database, true), begin, signal)
  }

  async #keep(place: State): Promise<void> {
    await this.#feeding.give(batchOf([]), this.#at(place))
    await this.#feeding.settled()
  }

  #at(state: State): Cursor {
    const place: Place = { ...this.#known!, ...state }
    return [this.#cursor, JSON.stringify(place)]
  }

  async #readCopy(place: State & { readonly state: 'copied' }, signal: AbortSignal): Promise<State> {
    const { folder, slot, table } = this.#options
    const path = copyFile(folder, slot)
    if (!hasCopy(path))
      throw new SpillwayError(
        'SPILL_SOURCE',
        `is gone: it held the rows of ${table} that were not read yet; name a new slot to copy the table again (?slot=…)`,
        { place: path },
      )
    for await (const { batch, place: file } of readCopy(path, table, place.file, signal)) {
      await this.#feeding.give(batch, this.#at({ ...place, file }))
      if (signal.aborted) return place
    }
    if (signal.aborted) return place
    const done: State = { state: 'changes', lsn: place.lsn }
    await this.#keep(done)
    return done
  }

  async #follow(table: Table, from: State & { readonly state: 'changes' }, signal: AbortSignal): Promise<void> {
    const { database, follow, lookMs = limits.POSTGRES_LOOK_MS } = this.#options
    await withClient(await openClient(database, true), replication =>
      followChanges(
        {
          ...this.#options,
          sql: this.#sql,
          replication,
          source: this.#source,
          feeding: this.#feeding,
          relation: table,
          follow,
          seen: this.#known?.columns,
          cursorAt: (place, columns) => {
            this.#known = { ...this.#known!, columns }
            return this.#at({ state: 'changes', ...place })
          },
          looks: new Looks(() => this.#look({ ...this.#known!, ...from }), lookMs),
        },
        from,
        signal,
      ),
    )
  }
}

/** Where a table was read up to is kept under its source, its name and its slot: another slot begins anew. */
const changesCursor = (source: string, { table, slot }: Pick<ChangesOptions, 'table' | 'slot'>): string =>
  `${source}=pg-changes:${table}@${slot}`

/** Where a table will be read from, in words. */
export function changesPlace(run: Fed, source: string, options: Pick<ChangesOptions, 'table' | 'slot'>): string {
  const kept = run.cursor(changesCursor(source, options))
  const place = kept === undefined ? undefined : (JSON.parse(kept) as Place)
  const changes = `changes of ${options.table}`
  if (place === undefined || place.state === 'begins') return `${changes} from now on, by a new slot ${options.slot}`
  if (place.state === 'copied') return `${changes} from ${place.lsn}, after the rest of its copy from line ${place.file.line}`
  return `${changes} from ${place.lsn}`
}
