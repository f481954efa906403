/**
 * Reads the changes of a table as a source, by logical replication through a slot and a publication of the server.
 *
 * The position in the server's log is committed with the records. It is the end of the last fully read transaction and, for a partly read
 * one, its commit and the number of changes read. The slot advances only past durable changes, and reading resumes at our own position. So
 * a restart at any moment loses and repeats nothing, and a transaction may have any size. At the start the table is copied in the slot's
 * snapshot, which holds exactly what was committed before the first change (`table-copy.ts`).
 */
import type { Sql } from 'postgres'
import { SpillwayError, limits } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { fileStart, type FilePosition } from '../../files/index.ts'
import type { RowMap } from '../../intake/index.ts'
import { isBytePosition } from '../files/file-position.ts'
import { type IsPosition, parsePosition, type ReadBatch, type ReadContext, type SourceReader } from '../reader/source-reader.ts'
import type { ChangeStream } from './change-stream.ts'
import { openClient, readWithClient } from './client.ts'
import { copyPath, hasCopy, readCopy, removeCopy, writeCopy } from './table-copy.ts'
import { followChanges, type ChangePosition } from './follow-changes.ts'
import { checkPublished, readTableOf, PeriodicCheck, findReadTable, type ReadTable } from './read-table.ts'
import { warnOnce, readWithRetries } from './retry.ts'
import { parseLsn } from './pgoutput.ts'
import { checkReplicable, ensurePublication, publicationOf, publishedTable, type Publication } from './publication.ts'
import type { TableReadOptions } from './settings.ts'
import { createTemporarySlot, checkSlot, dropUnreadSlot, makeSlotPermanent, rejectForeign } from './slot.ts'
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
 * The reader of a table's changes: until the signal, or without `follow` up to the last commit before the call.
 *
 * Throws `SPILL_INPUT` for a table whose changes cannot be read, and `SPILL_SOURCE` as documented there.
 */
export class TableChangesReader implements SourceReader {
  readonly name: string
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  #stream: ChangeStream | undefined

  /** Positions are stored by table and slot, so that a new slot starts anew. */
  constructor(source: SourceIR, options: ChangesOptions) {
    this.name = `pg-changes:${options.table}@${options.slot}`
    this.#source = source
    this.#options = options
  }

  describe(text: string | undefined): string {
    const { table, slot } = this.#options
    const position = text === undefined ? undefined : parseTablePosition(table, text)
    if (position === undefined || position.state === 'begins') return `changes of ${table} from now on, by a new slot ${slot}`
    if (position.state === 'copied')
      return `changes of ${table} from ${position.lsn}, after the rest of its copy from line ${position.file.line}`
    return `changes of ${table} from ${position.lsn}`
  }

  read(context: ReadContext): AsyncGenerator<ReadBatch> {
    const quietContext = { ...context, warn: warnOnce(context.warn) }
    const retryOptions = { source: this.#source.name, signal: context.signal, onWarning: context.warn }
    return readWithRetries(onReached => this.#attempt(quietContext, onReached), retryOptions)
  }

  /** Lets the server discard its log before a durable position. */
  onCommitted(position: string): void {
    const { state, lsn } = parseTablePosition(this.#options.table, position)
    if (state === 'changes') this.#stream?.confirm(parseLsn(lsn))
  }

  async *#attempt(context: ReadContext, onReached: () => void): AsyncGenerator<ReadBatch> {
    // Submitted batches must be durable before the position is looked up again.
    await context.whenCommitted()
    const onStream = (stream: ChangeStream) => void (this.#stream = stream)
    yield* readWithClient(
      await openClient(this.#options.database),
      sql => new ChangesSession({ sql, source: this.#source, options: this.#options, context, onStream }).read(onReached),
      context.signal,
    )
  }
}

/** Progress of reading, and the table that is read. */
type TablePosition = ReadTable & ReadState

const parseTablePosition = (table: string, text: string): TablePosition => parsePosition(table, text, isTablePosition)

const isTablePosition: IsPosition = ({ origin, state, lsn, file }) =>
  typeof origin === 'string' &&
  (state === 'begins' ? lsn === undefined || typeof lsn === 'string' : typeof lsn === 'string') &&
  (state === 'begins' || state === 'changes' || (state === 'copied' && isBytePosition(Object(file))))

/** True if something was read, so that changes may have been missed. */
const hasRead = (position: TablePosition | undefined): position is TablePosition => position !== undefined && position.state !== 'begins'

interface ChangesSessionOptions {
  readonly sql: Sql
  readonly source: SourceIR
  readonly options: ChangesOptions
  readonly context: ReadContext
  readonly onStream: (stream: ChangeStream) => void
}

/** Reading with one connection. */
class ChangesSession {
  readonly #sql: Sql
  readonly #source: SourceIR
  readonly #options: ChangesOptions
  readonly #context: ReadContext
  readonly #onStream: (stream: ChangeStream) => void
  #readTable: ReadTable | undefined

  constructor({ sql, source, options, context, onStream }: ChangesSessionOptions) {
    this.#sql = sql
    this.#source = source
    this.#options = options
    this.#context = context
    this.#onStream = onStream
  }

  async *read(onReached: () => void): AsyncGenerator<ReadBatch> {
    const { slot, folder } = this.#options
    const { signal, warn } = this.#context
    const start = this.#committedPosition()
    const { table, publication, warnings } = await this.#checkTable(start)
    for (const warning of warnings) warn(warning)
    this.#readTable = readTableOf(table, this.#source, hasRead(start) ? start : undefined)
    onReached()
    let position: ReadState | undefined = start
    if (position === undefined || position.state === 'begins') position = yield* this.#begin(table, publication, position)
    else await checkSlot(this.#sql, slot, position.lsn)
    if (position.state === 'copied') position = yield* this.#readCopy(position)
    // The copy may be removed only now: until here it was needed for a new start.
    if (!signal.aborted && position.state === 'changes') {
      await removeCopy(copyPath(folder, slot))
      yield* this.#follow(table, position)
    }
  }

  /** The current table and publication. Throws as documented if changes cannot be read, or some may have been missed. */
  async #checkTable(
    position: TablePosition | undefined,
  ): Promise<{ table: PostgresTable; publication: Publication | undefined; warnings: readonly string[] }> {
    const { table: name, publication } = this.#options
    const currentTable = await findReadTable(this.#sql, name, hasRead(position) ? position : undefined)
    const current = await publicationOf(this.#sql, publication, currentTable)
    const { table, warnings: hidden } = publishedTable(currentTable, current, publication, this.#source)
    const warnings = [...hidden, ...checkReplicable(table, this.#source)]
    if (hasRead(position)) checkPublished(current, publication, table, this.#source)
    return { table, publication: current, warnings }
  }

  #committedPosition(): TablePosition | undefined {
    const text = this.#context.committedPosition()
    return text === undefined ? undefined : parseTablePosition(this.#options.table, text)
  }

  /** Creates the slot and the copy. After an interruption nothing was read, so both are created again. */
  async *#begin(
    table: PostgresTable,
    current: Publication | undefined,
    position: ReadState | undefined,
  ): AsyncGenerator<ReadBatch, ReadState> {
    const { slot, publication, database } = this.#options
    if (position?.state === 'begins' && position.lsn !== undefined) await dropUnreadSlot(this.#sql, slot, position.lsn)
    await rejectForeign(this.#sql, slot)
    await ensurePublication(this.#sql, current, publication, table, this.#source)
    return yield* readWithClient(
      await openClient(database, true),
      replication => this.#createSlot(replication, table),
      this.#context.signal,
    )
  }

  /** Creates the slot under a temporary name, copies its snapshot, and makes the slot permanent. Returns the state of reading then. */
  async *#createSlot(replication: Sql, table: PostgresTable): AsyncGenerator<ReadBatch, ReadState> {
    const { slot, folder, copy } = this.#options
    const { signal } = this.#context
    const { lsn, snapshot, temporaryName } = await createTemporarySlot(replication)
    if (copy) await writeCopy({ sql: this.#sql, path: copyPath(folder, slot), table, source: this.#source, snapshot, signal })
    yield* this.#save({ state: 'begins', lsn })
    await makeSlotPermanent(this.#sql, temporaryName, slot)
    const next: ReadState = copy ? { state: 'copied', lsn, file: fileStart } : { state: 'changes', lsn }
    yield* this.#save(next)
    return next
  }

  /** Commits a state alone, and waits until it is durable. */
  async *#save(state: ReadState): AsyncGenerator<ReadBatch> {
    yield { records: [], position: this.#positionText(state) }
    await this.#context.whenCommitted()
  }

  #positionText(state: ReadState): string {
    const position: TablePosition = { ...this.#readTable!, ...state }
    return JSON.stringify(position)
  }

  async *#readCopy(position: ReadState & { readonly state: 'copied' }): AsyncGenerator<ReadBatch, ReadState> {
    const { folder, slot, table } = this.#options
    const { signal } = this.#context
    const path = copyPath(folder, slot)
    if (!hasCopy(path))
      throw new SpillwayError(
        'SPILL_SOURCE',
        `is gone: it held the rows of ${table} that were not read yet; name a new slot to copy the table again (?slot=…)`,
        { place: path },
      )
    for await (const { batch, position: file } of readCopy(path, table, position.file, signal)) {
      yield { records: batch, position: this.#positionText({ ...position, file }) }
      if (signal.aborted) return position
    }
    if (signal.aborted) return position
    const next: ReadState = { state: 'changes', lsn: position.lsn }
    yield* this.#save(next)
    return next
  }

  async *#follow(table: PostgresTable, from: ReadState & { readonly state: 'changes' }): AsyncGenerator<ReadBatch> {
    const { database, lookMs = limits.POSTGRES_LOOK_MS } = this.#options
    const { follow, signal } = this.#context
    const options = {
      ...this.#options,
      sql: this.#sql,
      source: this.#source,
      relation: table,
      follow,
      lastColumns: this.#readTable?.columns,
      positionText: (position: ChangePosition, columns: readonly string[] | undefined) => {
        this.#readTable = { ...this.#readTable!, columns }
        return this.#positionText({ state: 'changes', ...position })
      },
      onStream: this.#onStream,
      checks: new PeriodicCheck(() => this.#checkTable({ ...this.#readTable!, ...from }), lookMs),
    }
    yield* readWithClient(await openClient(database, true), replication => followChanges({ ...options, replication }, from, signal))
  }
}
