/**
 * Copies the rows of a table at the start of its changes: in the slot's snapshot, into a file, which is then read.
 *
 * The snapshot ends with its connection and cannot be restored, so the file makes the copy atomic. Nothing is submitted to the run before
 * the file is complete and on disk; from then on reading can resume in it. A line is a record, or `[reason, original row]` for a rejected
 * row.
 */
import { createWriteStream, openSync, closeSync, fsyncSync, existsSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TransactionSql } from 'postgres'
import { limits } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { followNdjson, type FilePosition } from '../../files/index.ts'
import { rawJsonText, type RecordBatch, Fault } from '../../intake/index.ts'
import { PRIVATE_FILE } from '../../log/index.ts'
import { type DatabaseClient, rejectOnEnd } from './client.ts'
import { longRowFault, rawRowText, RowBatchBuilder, rowRecordOf } from './row-batch.ts'
import { quotedName, selectColumns, type SelectedColumn, storedColumns, type PostgresTable, type TableColumn } from './table.ts'
import { withTemporarySlot } from './slot.ts'

export const copyPath = (folder: string, slot: string): string => join(folder, `copy-${slot}.ndjson`)

export interface CopyOptions {
  /** Its end aborts the copy. */
  readonly sql: DatabaseClient
  readonly path: string
  readonly table: PostgresTable
  readonly source: SourceIR
  readonly snapshot: string
}

/** Copies the rows of a snapshot to a file, which appears once it is complete and on disk. */
export async function writeCopy({ sql, path, table, source, snapshot }: CopyOptions): Promise<void> {
  const { columns } = selectColumns(table, source, source.deleted)
  const { deleted } = source
  const stored = storedColumns(columns, source)
  const isInTable = columns.some(({ name }) => (stored?.get(name)?.name ?? name) === deleted)
  const deletedMark = deleted !== undefined && !isInTable ? { [deleted]: false } : {}
  const partial = `${path}.partial`
  const transaction = sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
    await withTemporarySlot(tx.unsafe(`SET TRANSACTION SNAPSHOT '${snapshot}'`))
    // A large table takes longer than other queries may. Row security would leave rows out of the copy that changes of the table name.
    await tx.unsafe('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL row_security = off')
    await pipeline(linesOf(tx, table, columns, deletedMark), createWriteStream(partial, { mode: PRIVATE_FILE }))
  })
  await rejectOnEnd(sql, transaction)
  syncFile(partial)
  renameSync(partial, path)
  syncFile(dirname(path))
}

function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function* linesOf(
  tx: TransactionSql,
  table: PostgresTable,
  columns: readonly (TableColumn & SelectedColumn)[],
  deletedMark: object,
): AsyncGenerator<string> {
  for await (const rows of tx.unsafe(copyStatement(table, columns)).raw().cursor(limits.POSTGRES_COPY_ROWS))
    yield (rows as unknown as (Buffer | null)[][]).map(row => `${lineOf(columns, row, deletedMark)}\n`).join('')
}

/** Selects the size of each row's large columns in bytes, and its values; a row beyond the limit has NULLs. */
function copyStatement(table: PostgresTable, columns: readonly TableColumn[]): string {
  const names = columns.map(({ name }) => quotedName(name))
  const sizes = columns.flatMap(({ toasted }, i) => (toasted ? [`coalesce(octet_length(${names[i]}::text), 0)`] : []))
  const size = sizes.length > 0 ? sizes.join(' + ') : '0'
  return `SELECT ${[size, ...names.map(name => (sizes.length > 0 ? `CASE WHEN ${size} > ${limits.LINE_BYTES_MAX} THEN NULL ELSE ${name} END` : name))].join(', ')} FROM ONLY ${table.name}`
}

function lineOf(columns: readonly SelectedColumn[], [size, ...values]: (Buffer | null)[], deletedMark: object): string {
  // The server counts only large columns, to hold back their values; changes count all.
  const bytes = Math.max(
    Number(String(size)),
    values.reduce((sum, value) => sum + (value?.length ?? 0), 0),
  )
  if (bytes > limits.LINE_BYTES_MAX) return JSON.stringify([longRowFault(bytes).detail, '{}'])
  const texts = values.map(value => (value === null ? null : String(value)))
  const record = rowRecordOf(columns, texts)
  if (record instanceof Fault) return JSON.stringify([record.detail, rawRowText(columns, texts)])
  return rawJsonText({ ...record, ...deletedMark })
}

/**
 * Reads the copy from a position on, in batches with the position after each. Nothing if there is no file. A copy is written once for its
 * slot and never changes, so any inode is right: a restored or moved data folder has the same copy in another file.
 */
export async function* readCopy(
  path: string,
  name: string,
  from: FilePosition,
  signal: AbortSignal,
): AsyncGenerator<{ batch: RecordBatch; position: FilePosition }> {
  for await (const { batch, position } of followNdjson(path, { from: { ...from, inode: 0 }, follow: false, signal })) {
    const rows = new RowBatchBuilder(number => `${name} copied row ${number}`, true)
    batch.records.forEach((record, i) => {
      if (Array.isArray(record)) rows.reject(batch.numberOf(i), new Fault(String(record[0])), String(record[1]))
      else rows.add(batch.numberOf(i), record, undefined, batch.inexact?.get(i))
    })
    yield { batch: { ...rows.batch(), undecodable: [...rows.batch().undecodable, ...batch.undecodable] }, position }
  }
}

export const hasCopy = (path: string): boolean => existsSync(path)

/** Removes the copy and a partial copy. */
export async function removeCopy(path: string): Promise<void> {
  await rm(path, { force: true })
  await rm(`${path}.partial`, { force: true })
}
