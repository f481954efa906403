/**
 * Reads the changes of a table as a source, by logical replication through a slot and a publication of the server.
 *
 * The position in the server's log is committed with the records. It is the end of the last fully read transaction and, for a partly read
 * one, its commit and the number of changes read. The slot advances only past durable changes, and reading resumes at our own position. So
 * a restart at any moment loses and repeats nothing, and a transaction may have any size. At the start the table is copied in the slot's
 * snapshot, which holds exactly what was committed before the first change (`table-copy.ts`).
 */
import { SpillwayError, limits } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { fileStart, type FilePosition } from '../../files/index.ts'
import type { RowMap } from '../../intake/index.ts'
import { isBytePosition } from '../files/file-position.ts'
import { ONLY_PARTITION, type ReadBatch, type ReadContext, type SourceReader } from '../reader/source-reader.ts'
import { type IsPosition, parsePosition } from '../reader/stored-position.ts'
import type { ChangeStream } from './change-stream.ts'
import { type DatabaseClient, openClient, readWithClient } from './client.ts'
import { copyPath, hasCopy, readCopy, removeCopy, writeCopy } from './table-copy.ts'
import { followChanges, type ChangePosition } from './follow-changes.ts'
import { checkPublished, readTableOf, periodicCheck, findReadTable, type ReadTable } from './read-table.ts'
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
 * The reader of a table's changes: until the signal, or without `follow` up to the last commit before the call. Positions are stored by
 * table and slot, so that a new slot starts anew.
 *
 * Throws `SPILL_INPUT` for a table whose changes cannot be read, and `SPILL_SOURCE` as documented there.
 */
export function tableChangesReader(source: SourceIR, options: ChangesOptions): SourceReader {
  const { table, slot, database } = options
  let stream: ChangeStream | undefined
  let connected: DatabaseClient | undefined
  return {
    name: `pg-changes:${table}@${slot}`,
    describe(text) {
      const position = text === undefined ? undefined : parseTablePosition(table, text)
      if (position === undefined || position.state === 'begins') return `changes of ${table} from now on, by a new slot ${slot}`
      const rest = position.state === 'copied' ? `, after the rest of its copy from line ${position.file.line}` : ''
      return `changes of ${table} from ${position.lsn}${rest}`
    },
    read(context) {
      const quietContext = { ...context, warn: warnOnce(context.warn) }
      const readLimits = { signal: context.signal, silenceMs: options.silenceMs }
      const onStream = (opened: ChangeStream) => void (stream = opened)
      return readWithRetries(
        async function* (onReached) {
          // Submitted batches must be durable before the position is looked up again.
          await context.whenCommitted()
          yield* readWithClient(
            await openClient(database),
            sql => {
              connected = sql
              return readTable({ sql, source, options, context: quietContext, onStream, table: undefined }, onReached)
            },
            readLimits,
          )
        },
        { source: source.name, signal: context.signal, onWarning: context.warn },
      )
    },
    /** The log of the whole server behind the position, once the copy of the table was read. */
    async measureLag(committedPosition) {
      const text = committedPosition()
      const from = text === undefined ? undefined : parseTablePosition(table, text)
      if (!connected || from?.state !== 'changes') return new Map()
      const [row] = await connected<{ lsn: string }[]>`SELECT pg_current_wal_lsn()::text AS lsn`
      const position = parseLsn(from.lsn)
      const end = parseLsn(row.lsn)
      const lag = end > position ? Number(end - position) : 0
      const allowedLag = limits.LAG_WAL_BYTES
      return new Map([[ONLY_PARTITION, { position, end: end > position ? end : position, lag, unit: 'bytes', allowedLag }]])
    },
    /** Lets the server discard its log before a durable position. */
    onCommitted(position) {
      const { state, lsn } = parseTablePosition(table, position)
      if (state === 'changes') stream?.confirm(parseLsn(lsn))
    },
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

/** Reading with one connection. */
interface Session {
  readonly sql: DatabaseClient
  readonly source: SourceIR
  readonly options: ChangesOptions
  readonly context: ReadContext
  readonly onStream: (stream: ChangeStream) => void
  /** The table that is read, once it is known. */
  table: ReadTable | undefined
}

async function* readTable(session: Session, onReached: () => void): AsyncGenerator<ReadBatch> {
  const { sql, source, options, context } = session
  const { signal, warn } = context
  const committed = context.committedPosition()
  const start = committed === undefined ? undefined : parseTablePosition(options.table, committed)
  const { table, publication, warnings } = await checkTable(session, start)
  for (const warning of warnings) warn(warning)
  session.table = readTableOf(table, source, hasRead(start) ? start : undefined)
  onReached()
  let position: ReadState | undefined = start
  if (position === undefined || position.state === 'begins') position = yield* begin(session, table, publication, position)
  else await checkSlot(sql, options.slot, position.lsn)
  if (position.state === 'copied') position = yield* readCopied(session, position)
  // The copy may be removed only now: until here it was needed for a new start.
  if (!signal.aborted && position.state === 'changes') {
    await removeCopy(copyPath(options.folder, options.slot))
    yield* follow(session, table, position)
  }
}

/** The current table and publication. Throws as documented if changes cannot be read, or some may have been missed. */
async function checkTable(
  { sql, source, options: { table: name, publication } }: Session,
  position: TablePosition | undefined,
): Promise<{ table: PostgresTable; publication: Publication | undefined; warnings: readonly string[] }> {
  const currentTable = await findReadTable(sql, name, hasRead(position) ? position : undefined)
  const current = await publicationOf(sql, publication, currentTable)
  const { table, warnings: hidden } = publishedTable(currentTable, current, publication, source)
  const warnings = [...hidden, ...checkReplicable(table, source)]
  if (hasRead(position)) checkPublished(current, publication, table, source)
  return { table, publication: current, warnings }
}

/** Creates the slot and the copy. After an interruption nothing was read, so both are created again. */
async function* begin(
  session: Session,
  table: PostgresTable,
  current: Publication | undefined,
  position: ReadState | undefined,
): AsyncGenerator<ReadBatch, ReadState> {
  const { sql, source, options } = session
  const { signal } = session.context
  const { slot, publication, database, silenceMs } = options
  if (position?.state === 'begins' && position.lsn !== undefined) await dropUnreadSlot(sql, slot, position.lsn)
  await rejectForeign(sql, slot)
  await ensurePublication(sql, current, publication, table, source)
  return yield* readWithClient(await openClient(database, true), replication => createSlot(session, replication, table), {
    signal,
    silenceMs,
  })
}

/** Creates the slot under a temporary name, copies its snapshot, and makes the slot permanent. Returns the state of reading then. */
async function* createSlot(session: Session, replication: DatabaseClient, table: PostgresTable): AsyncGenerator<ReadBatch, ReadState> {
  const { sql, source, options } = session
  const { slot, folder, copy } = options
  const { lsn, snapshot, temporaryName } = await createTemporarySlot(replication)
  if (copy) await writeCopy({ sql, path: copyPath(folder, slot), table, source, snapshot })
  yield* save(session, { state: 'begins', lsn })
  await makeSlotPermanent(sql, temporaryName, slot)
  const next: ReadState = copy ? { state: 'copied', lsn, file: fileStart } : { state: 'changes', lsn }
  yield* save(session, next)
  return next
}

/** Commits a state alone, and waits until it is durable. */
async function* save(session: Session, state: ReadState): AsyncGenerator<ReadBatch> {
  yield { records: [], position: positionText(session, state) }
  await session.context.whenCommitted()
}

function positionText({ table }: Session, state: ReadState): string {
  const position: TablePosition = { ...table!, ...state }
  return JSON.stringify(position)
}

async function* readCopied(session: Session, position: ReadState & { readonly state: 'copied' }): AsyncGenerator<ReadBatch, ReadState> {
  const { folder, slot, table } = session.options
  const { signal } = session.context
  const path = copyPath(folder, slot)
  if (!hasCopy(path))
    throw new SpillwayError(
      'SPILL_SOURCE',
      `is gone: it held the rows of ${table} that were not read yet; name a new slot to copy the table again (?slot=…)`,
      { place: path },
    )
  for await (const { batch, position: file } of readCopy(path, table, position.file, signal)) {
    yield { records: batch, position: positionText(session, { ...position, file }) }
    if (signal.aborted) return position
  }
  if (signal.aborted) return position
  const next: ReadState = { state: 'changes', lsn: position.lsn }
  yield* save(session, next)
  return next
}

async function* follow(
  session: Session,
  relation: PostgresTable,
  from: ReadState & { readonly state: 'changes' },
): AsyncGenerator<ReadBatch> {
  const { sql, source, options, context, onStream } = session
  const { database, silenceMs, lookMs = limits.POSTGRES_LOOK_MS } = options
  const { signal } = context
  const settings = {
    ...options,
    sql,
    source,
    relation,
    follow: context.follow,
    lastColumns: session.table?.columns,
    positionText: (position: ChangePosition, columns: readonly string[] | undefined) => {
      session.table = { ...session.table!, columns }
      return positionText(session, { state: 'changes', ...position })
    },
    onStream,
    checkIfDue: periodicCheck(() => checkTable(session, { ...session.table!, ...from }), lookMs),
  }
  yield* readWithClient(await openClient(database, true), replication => followChanges({ ...settings, replication }, from, signal), {
    signal,
    endsItself: true,
    silenceMs,
  })
}
