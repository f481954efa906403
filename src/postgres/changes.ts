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
import type { SourceIR } from '../define/ir.ts'
import { fileStart, type FilePlace } from '../files/follow.ts'
import { batchOf } from '../intake/batch.ts'
import type { Cursor } from '../run/inbox.ts'
import { openClient, withClient } from './client.ts'
import { copyFile, hasCopy, readCopy, removeCopy, writeCopy } from './copy.ts'
import { Feeding, type Fed } from './feeding.ts'
import { followChanges, type ChangePlace } from './follow-changes.ts'
import { once, untilReached } from './lost.ts'
import { lsnOf } from './lsn.ts'
import { checkTable, ensurePublication } from './publication.ts'
import type { ReadOptions } from './reading.ts'
import { checkSlot, createSlot, dropSlot, refuseForeign } from './slot.ts'
import { tableOf, type Table } from './table.ts'

export interface ChangesOptions extends ReadOptions {
  readonly slot: string
  readonly publication: string
  /** Copy the table when the slot is made. */
  readonly copy: boolean
  /** The data folder of the run: here is the copy while it is read. */
  readonly folder: string
}

/** How far a table was read. `origin` is the server and database. */
type Place = { readonly origin: string } &
  /** The slot may have been made; nothing was read. */
  (
    | { readonly state: 'begins' }
    /** The copy is being read; changes go on at `lsn`. */
    | { readonly state: 'copied'; readonly lsn: string; readonly file: FilePlace }
    | ({ readonly state: 'changes' } & ChangePlace)
  )

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

class Reading {
  readonly #sql: Sql
  readonly #run: Fed
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  readonly #feeding: Feeding

  constructor(sql: Sql, run: Fed, source: SourceIR, options: ChangesOptions, feeding: Feeding) {
    this.#sql = sql
    this.#run = run
    this.#source = source
    this.#options = options
    this.#feeding = feeding
  }

  async go(reached: () => void, signal: AbortSignal): Promise<void> {
    const { onWarning, table: name, slot, folder } = this.#options
    const table = await tableOf(this.#sql, name)
    for (const warning of checkTable(table, this.#source)) onWarning(warning)
    let place = this.#place(table)
    reached()
    if (place === undefined || place.state === 'begins') place = await this.#begin(table, place, signal)
    else await checkSlot(this.#sql, slot, lsnOf(place.lsn), place.lsn)
    if (place.state === 'copied') place = await this.#readCopy(place, signal)
    // Until now it was needed to begin again.
    if (!signal.aborted && place.state === 'changes') {
      await removeCopy(copyFile(folder, slot))
      await this.#follow(table, place, signal)
    }
  }

  /** Throws `SPILL_SOURCE` if what was read was another database. */
  #place({ name, origin }: Table): Place | undefined {
    const kept = this.#run.cursor(this.#cursor)
    if (kept === undefined) return undefined
    const place = JSON.parse(kept) as Place
    if (place.origin !== origin)
      throw new SpillwayError(
        'SPILL_SOURCE',
        `is of another database (${origin}) than the one that was read (${place.origin}); name a new slot to read it (?slot=…)`,
        { place: name },
      )
    return place
  }

  get #cursor(): string {
    return changesCursor(this.#source.name, this.#options)
  }

  /** Makes the slot and the copy. Where that was broken off, nothing was read, and it is done anew. */
  async #begin(table: Table, place: Place | undefined, signal: AbortSignal): Promise<Place> {
    const { slot, publication, database, folder, copy } = this.#options
    const { origin } = table
    if (place === undefined) {
      await refuseForeign(this.#sql, slot)
      await this.#keep({ origin, state: 'begins' })
    }
    await dropSlot(this.#sql, slot)
    await ensurePublication(this.#sql, publication, table, this.#source)
    const path = copyFile(folder, slot)
    const begin = async (replication: Sql): Promise<Place> => {
      const { lsn, snapshot } = await createSlot(replication, slot)
      if (copy) await writeCopy({ sql: this.#sql, path, table, source: this.#source, snapshot, signal })
      const begun: Place = copy ? { origin, state: 'copied', lsn, file: fileStart } : { origin, state: 'changes', lsn }
      await this.#keep(begun)
      return begun
    }
    return withClient(await openClient(database, true), begin, signal)
  }

  async #keep(place: Place): Promise<void> {
    await this.#feeding.give(batchOf([]), this.#at(place))
    await this.#feeding.settled()
  }

  #at(place: Place): Cursor {
    return [this.#cursor, JSON.stringify(place)]
  }

  async #readCopy(place: Place & { readonly state: 'copied' }, signal: AbortSignal): Promise<Place> {
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
    const done: Place = { origin: place.origin, state: 'changes', lsn: place.lsn }
    await this.#keep(done)
    return done
  }

  async #follow(table: Table, { origin, ...from }: Place & { readonly state: 'changes' }, signal: AbortSignal): Promise<void> {
    const { database, follow } = this.#options
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
          cursorAt: place => this.#at({ origin, state: 'changes', ...place }),
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
