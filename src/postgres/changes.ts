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
import { fileStart, type FilePosition } from '../files/follow.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import type { RowMap } from '../intake/row-map.ts'
import type { SourceCursor } from '../run/ingest/inbox.ts'
import { openClient, withClient } from './client.ts'
import { copyPath, hasCopy, readCopy, removeCopy, writeCopy } from './copy.ts'
import { RunFeed, type FeedTarget } from './run-feed.ts'
import { followChanges, type ChangePosition } from './follow-changes.ts'
import { checkPublished, readTableOf, PeriodicCheck, findReadTable, type ReadTable } from './read-table.ts'
import { warnOnce, retryUntilDone } from './retry.ts'
import { parseLsn } from './lsn.ts'
import { checkReplicable, ensurePublication, publicationOf, publishedTable, type Publication } from './publication.ts'
import type { TableReadOptions } from './read-options.ts'
import { createTemporarySlot, checkSlot, dropUnreadSlot, makeSlotPermanent, refuseForeign } from './slot.ts'
import type { PostgresTable } from './table.ts'

export interface ChangesOptions extends TableReadOptions {
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
  | { readonly state: 'copied'; readonly lsn: string; readonly file: FilePosition }
  | ({ readonly state: 'changes' } & ChangePosition)

/**
 * Submits the changes of a table to a source of a run: until the signal, or without `follow` up to the last commit before the call.
 * Resolves when all of them are durable. Throws `SPILL_INPUT` for a table whose changes cannot be read, and `SPILL_SOURCE` as documented
 * there.
 */
export async function readTableChanges(run: FeedTarget, source: SourceIR, options: ChangesOptions, signal: AbortSignal): Promise<void> {
  const feeding = new RunFeed(run, source.name)
  const warned = { ...options, onWarning: warnOnce(options.onWarning) }
  await retryUntilDone(
    async reached => {
      // Submitted batches must be durable before the position is looked up again.
      await feeding.whenDurable()
      await withClient(
        await openClient(options.database),
        sql => new ChangesReader(sql, run, source, warned, feeding).go(reached, signal),
        signal,
      )
    },
    { source: source.name, signal, onWarning: options.onWarning },
  )
  await feeding.whenDurable()
}

type SavedPosition = ReadTable & ReadState

/** True if something was read, so that changes may have been missed. */
const hasRead = (position: SavedPosition | undefined): position is SavedPosition => position !== undefined && position.state !== 'begins'

class ChangesReader {
  readonly #sql: Sql
  readonly #run: FeedTarget
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  readonly #feeding: RunFeed
  #readTable: ReadTable | undefined

  constructor(sql: Sql, run: FeedTarget, source: SourceIR, options: ChangesOptions, feeding: RunFeed) {
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
    this.#readTable = readTableOf(table, this.#source, hasRead(saved) ? saved : undefined)
    reached()
    let position: ReadState | undefined = saved
    if (position === undefined || position.state === 'begins') position = await this.#begin(table, publication, position, signal)
    else await checkSlot(this.#sql, slot, parseLsn(position.lsn), position.lsn)
    if (position.state === 'copied') position = await this.#readCopy(position, signal)
    // The copy may be removed only now: until here it was needed for a new start.
    if (!signal.aborted && position.state === 'changes') {
      await removeCopy(copyPath(folder, slot))
      await this.#follow(table, position, signal)
    }
  }

  /** The current table and publication. Throws as documented if changes cannot be read, or some may have been missed. */
  async #checkTable(
    position: SavedPosition | undefined,
  ): Promise<{ table: PostgresTable; publication: Publication | undefined; warnings: readonly string[] }> {
    const { table: name, publication } = this.#options
    const currentTable = await findReadTable(this.#sql, name, hasRead(position) ? position : undefined)
    const current = await publicationOf(this.#sql, publication, currentTable)
    const { table, warnings: hidden } = publishedTable(currentTable, current, publication, this.#source)
    const warnings = [...hidden, ...checkReplicable(table, this.#source)]
    if (hasRead(position)) checkPublished(current, publication, table, this.#source)
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
  async #begin(
    table: PostgresTable,
    current: Publication | undefined,
    position: ReadState | undefined,
    signal: AbortSignal,
  ): Promise<ReadState> {
    const { slot, publication, database, folder, copy } = this.#options
    if (position?.state === 'begins' && position.lsn !== undefined) await dropUnreadSlot(this.#sql, slot, position.lsn)
    await refuseForeign(this.#sql, slot)
    await ensurePublication(this.#sql, current, publication, table, this.#source)
    const path = copyPath(folder, slot)
    const begin = async (replication: Sql): Promise<ReadState> => {
      const { lsn, snapshot, temporaryName: passing } = await createTemporarySlot(replication)
      if (copy) await writeCopy({ sql: this.#sql, path, table, source: this.#source, snapshot, signal })
      await this.#save({ state: 'begins', lsn })
      await makeSlotPermanent(this.#sql, passing, slot)
      const next: ReadState = copy ? { state: 'copied', lsn, file: fileStart } : { state: 'changes', lsn }
      await this.#save(next)
      return next
    }
    return withClient(await openClient(database, true), begin, signal)
  }

  async #save(position: ReadState): Promise<void> {
    await this.#feeding.submit(recordBatchOf([]), this.#cursorFor(position))
    await this.#feeding.whenDurable()
  }

  #cursorFor(state: ReadState): SourceCursor {
    const position: SavedPosition = { ...this.#readTable!, ...state }
    return [this.#cursor, JSON.stringify(position)]
  }

  async #readCopy(position: ReadState & { readonly state: 'copied' }, signal: AbortSignal): Promise<ReadState> {
    const { folder, slot, table } = this.#options
    const path = copyPath(folder, slot)
    if (!hasCopy(path))
      throw new SpillwayError(
        'SPILL_SOURCE',
        `is gone: it held the rows of ${table} that were not read yet; name a new slot to copy the table again (?slot=…)`,
        { place: path },
      )
    for await (const { batch, place: file } of readCopy(path, table, position.file, signal)) {
      await this.#feeding.submit(batch, this.#cursorFor({ ...position, file }))
      if (signal.aborted) return position
    }
    if (signal.aborted) return position
    const next: ReadState = { state: 'changes', lsn: position.lsn }
    await this.#save(next)
    return next
  }

  async #follow(table: PostgresTable, from: ReadState & { readonly state: 'changes' }, signal: AbortSignal): Promise<void> {
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
          lastColumns: this.#readTable?.columns,
          cursorAt: (position, columns) => {
            this.#readTable = { ...this.#readTable!, columns }
            return this.#cursorFor({ state: 'changes', ...position })
          },
          checks: new PeriodicCheck(() => this.#checkTable({ ...this.#readTable!, ...from }), lookMs),
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
export function changesPositionText(run: FeedTarget, source: string, options: Pick<ChangesOptions, 'table' | 'slot'>): string {
  const saved = run.cursor(changesCursor(source, options))
  const position = saved === undefined ? undefined : (JSON.parse(saved) as SavedPosition)
  const changes = `changes of ${options.table}`
  if (position === undefined || position.state === 'begins') return `${changes} from now on, by a new slot ${options.slot}`
  if (position.state === 'copied') return `${changes} from ${position.lsn}, after the rest of its copy from line ${position.file.line}`
  return `${changes} from ${position.lsn}`
}
