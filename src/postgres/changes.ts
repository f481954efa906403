/**
 * Reads the changes of a table as a source, by logical replication through a slot and a publication of the server.
 *
 * The position in the server's log is committed with the records. It is the end of the last fully read transaction and, for a partly read
 * one, its commit and the number of changes read. The slot advances only past durable changes, and reading resumes at our own position. So
 * a restart at any moment loses and repeats nothing, and a transaction may have any size. At the start the table is copied in the slot's
 * snapshot, which holds exactly what was committed before the first change (`copy.ts`).
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
  /** Map of the source: its mapped rows have the key and identity. */
  readonly map?: RowMap | undefined
  /** Copy the table when the slot is created. */
  readonly copy: boolean
  /** Data folder of the run; it holds the copy while the copy is read. */
  readonly folder: string
  /** Milliseconds between checks of table and publication; default POSTGRES_LOOK_MS. */
  readonly lookMs?: number
}

/** Progress of reading a table. */
type ReadState =
  /** The slot may exist, starting at `lsn`; nothing was read. Older versions do not record `lsn`. */
  | { readonly state: 'begins'; readonly lsn?: string }
  /** The copy is being read; changes continue at `lsn`. */
  | { readonly state: 'copied'; readonly lsn: string; readonly file: FilePlace }
  | ({ readonly state: 'changes' } & ChangePlace)

/**
 * Submits the changes of a table to a source of a run: until the signal, or without `follow` up to the last commit before the call.
 * Resolves when all of them are durable. Throws `SPILL_INPUT` for a table whose changes cannot be read, and `SPILL_SOURCE` as documented
 * there.
 */
export async function readChanges(run: Fed, source: SourceIR, options: ChangesOptions, signal: AbortSignal): Promise<void> {
  const feeding = new Feeding(run, source.name)
  const warned = { ...options, onWarning: once(options.onWarning) }
  await untilReached(
    async reached => {
      // Submitted batches must be durable before the position is looked up again.
      await feeding.settled()
      await withClient(
        await openClient(options.database),
        sql => new ChangesReader(sql, run, source, warned, feeding).go(reached, signal),
        signal,
      )
    },
    { source: source.name, signal, onWarning: options.onWarning },
  )
  await feeding.settled()
}

type SavedPosition = Known & ReadState

/** True if something was read, so that changes may have been missed. */
const hasRead = (position: SavedPosition | undefined): position is SavedPosition => position !== undefined && position.state !== 'begins'

class ChangesReader {
  readonly #sql: Sql
  readonly #run: Fed
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  readonly #feeding: Feeding
  #readTable: Known | undefined

  constructor(sql: Sql, run: Fed, source: SourceIR, options: ChangesOptions, feeding: Feeding) {
    this.#sql = sql
    this.#run = run
    this.#source = source
    this.#options = options
    this.#feeding = feeding
  }

  async go(reached: () => void, signal: AbortSignal): Promise<void> {
    const { slot, folder, onWarning } = this.#options
    const saved = this.#savedPosition()
    const { table, publication, warnings } = await this.#checkTable(saved)
    for (const warning of warnings) onWarning(warning)
    this.#readTable = knownOf(table, this.#source, hasRead(saved) ? saved : undefined)
    reached()
    let position: ReadState | undefined = saved
    if (position === undefined || position.state === 'begins') position = await this.#begin(table, publication, position, signal)
    else await checkSlot(this.#sql, slot, lsnOf(position.lsn), position.lsn)
    if (position.state === 'copied') position = await this.#readCopy(position, signal)
    // The copy may be removed only now: until here it was needed for a new start.
    if (!signal.aborted && position.state === 'changes') {
      await removeCopy(copyFile(folder, slot))
      await this.#follow(table, position, signal)
    }
  }

  /** The current table and publication. Throws as documented if changes cannot be read, or some may have been missed. */
  async #checkTable(
    position: SavedPosition | undefined,
  ): Promise<{ table: Table; publication: Publication | undefined; warnings: readonly string[] }> {
    const { table: name, publication } = this.#options
    const currentTable = await tableAsRead(this.#sql, name, hasRead(position) ? position : undefined)
    const current = await publicationOf(this.#sql, publication, currentTable)
    const { table, warnings: hidden } = shownTable(currentTable, current, publication, this.#source)
    const warnings = [...hidden, ...checkTable(table, this.#source)]
    if (hasRead(position)) checkShown(current, publication, table, this.#source)
    return { table, publication: current, warnings }
  }

  #savedPosition(): SavedPosition | undefined {
    const saved = this.#run.cursor(this.#cursor)
    return saved === undefined ? undefined : (JSON.parse(saved) as SavedPosition)
  }

  get #cursor(): string {
    return changesCursor(this.#source.name, this.#options)
  }

  /** Creates the slot and the copy. After an interruption nothing was read, so both are created again. */
  async #begin(table: Table, current: Publication | undefined, position: ReadState | undefined, signal: AbortSignal): Promise<ReadState> {
    const { slot, publication, database, folder, copy } = this.#options
    if (position?.state === 'begins' && position.lsn !== undefined) await dropUnread(this.#sql, slot, position.lsn)
    await refuseForeign(this.#sql, slot)
    await ensurePublication(this.#sql, current, publication, table, this.#source)
    const path = copyFile(folder, slot)
    const begin = async (replication: Sql): Promise<ReadState> => {
      const { lsn, snapshot, passing } = await beginSlot(replication)
      if (copy) await writeCopy({ sql: this.#sql, path, table, source: this.#source, snapshot, signal })
      await this.#save({ state: 'begins', lsn })
      await keepSlot(this.#sql, passing, slot)
      const next: ReadState = copy ? { state: 'copied', lsn, file: fileStart } : { state: 'changes', lsn }
      await this.#save(next)
      return next
    }
    return withClient(await openClient(database, true), begin, signal)
  }

  async #save(position: ReadState): Promise<void> {
    await this.#feeding.give(batchOf([]), this.#cursorFor(position))
    await this.#feeding.settled()
  }

  #cursorFor(state: ReadState): Cursor {
    const position: SavedPosition = { ...this.#readTable!, ...state }
    return [this.#cursor, JSON.stringify(position)]
  }

  async #readCopy(position: ReadState & { readonly state: 'copied' }, signal: AbortSignal): Promise<ReadState> {
    const { folder, slot, table } = this.#options
    const path = copyFile(folder, slot)
    if (!hasCopy(path))
      throw new SpillwayError(
        'SPILL_SOURCE',
        `is gone: it held the rows of ${table} that were not read yet; name a new slot to copy the table again (?slot=…)`,
        { place: path },
      )
    for await (const { batch, place: file } of readCopy(path, table, position.file, signal)) {
      await this.#feeding.give(batch, this.#cursorFor({ ...position, file }))
      if (signal.aborted) return position
    }
    if (signal.aborted) return position
    const next: ReadState = { state: 'changes', lsn: position.lsn }
    await this.#save(next)
    return next
  }

  async #follow(table: Table, from: ReadState & { readonly state: 'changes' }, signal: AbortSignal): Promise<void> {
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
          seen: this.#readTable?.columns,
          cursorAt: (position, columns) => {
            this.#readTable = { ...this.#readTable!, columns }
            return this.#cursorFor({ state: 'changes', ...position })
          },
          looks: new Looks(() => this.#checkTable({ ...this.#readTable!, ...from }), lookMs),
        },
        from,
        signal,
      ),
    )
  }
}

/** Cursor of a table: by source, table and slot, so that a new slot starts anew. */
const changesCursor = (source: string, { table, slot }: Pick<ChangesOptions, 'table' | 'slot'>): string =>
  `${source}=pg-changes:${table}@${slot}`

/** Description of the position where reading a table will start. */
export function changesPlace(run: Fed, source: string, options: Pick<ChangesOptions, 'table' | 'slot'>): string {
  const saved = run.cursor(changesCursor(source, options))
  const position = saved === undefined ? undefined : (JSON.parse(saved) as SavedPosition)
  const changes = `changes of ${options.table}`
  if (position === undefined || position.state === 'begins') return `${changes} from now on, by a new slot ${options.slot}`
  if (position.state === 'copied') return `${changes} from ${position.lsn}, after the rest of its copy from line ${position.file.line}`
  return `${changes} from ${position.lsn}`
}
