/**
 * The rows that a table has when its changes begin: copied as they are in the snapshot of the slot into a file, and read from there.
 *
 * The snapshot ends with its connection and cannot be had again, so the file is what makes the copy whole: nothing is given to the run before it is
 * complete and on the disk, and from then on reading goes on where it was. A line is a record, or `[why it is none, what was there]`.
 */
import { createWriteStream, openSync, closeSync, fsyncSync, existsSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Sql, TransactionSql } from 'postgres'
import { limits } from '../base/limits.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { followNdjson, type FilePlace } from '../files/follow.ts'
import { rawText, type RecordBatch } from '../intake/batch.ts'
import { Fault } from '../intake/refusal.ts'
import { PRIVATE_FILE } from '../log/sqlite/folder-permissions.ts'
import { unlessEnded } from './client.ts'
import { longFault, recordOf, Rows } from './rows.ts'
import { quoted, readColumns, type ReadColumn, type Table, type TableColumn } from './table.ts'
import { whileBegun } from './slot.ts'

export const copyFile = (folder: string, slot: string): string => join(folder, `copy-${slot}.ndjson`)

export interface Copying {
  readonly sql: Sql
  readonly path: string
  readonly table: Table
  readonly source: SourceIR
  readonly snapshot: string
  /** Comes when the client is ended. */
  readonly signal: AbortSignal
}

/** Writes the rows that a snapshot sees into a file, which is there when all of them are, on the disk. */
export async function writeCopy({ sql, path, table, source, snapshot, signal }: Copying): Promise<void> {
  const { columns } = readColumns(table, source, source.deleted)
  const { deleted } = source
  const mark = deleted !== undefined && !columns.some(({ name }) => name === deleted) ? { [deleted]: false } : {}
  const partial = `${path}.partial`
  const copied = sql.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
    await whileBegun(tx.unsafe(`SET TRANSACTION SNAPSHOT '${snapshot}'`))
    await pipeline(linesOf(tx, table, columns, mark), createWriteStream(partial, { mode: PRIVATE_FILE }))
  })
  await unlessEnded(signal, copied)
  flush(partial)
  renameSync(partial, path)
  flush(dirname(path))
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function* linesOf(
  tx: TransactionSql,
  table: Table,
  columns: readonly (TableColumn & ReadColumn)[],
  mark: object,
): AsyncGenerator<string> {
  for await (const rows of tx.unsafe(copyStatement(table, columns)).raw().cursor(limits.POSTGRES_COPY_ROWS))
    yield (rows as unknown as (Buffer | null)[][]).map(row => `${lineOf(columns, row, mark)}\n`).join('')
}

/** The size in bytes of each row's large columns, and its values; those of a row that is too long are left behind. */
function copyStatement(table: Table, columns: readonly TableColumn[]): string {
  const names = columns.map(({ name }) => quoted(name))
  const sizes = columns.flatMap(({ toasted }, i) => (toasted ? [`coalesce(octet_length(${names[i]}::text), 0)`] : []))
  const size = sizes.length > 0 ? sizes.join(' + ') : '0'
  return `SELECT ${[size, ...names.map(name => (sizes.length > 0 ? `CASE WHEN ${size} > ${limits.LINE_BYTES_MAX} THEN NULL ELSE ${name} END` : name))].join(', ')} FROM ONLY ${table.name}`
}

function lineOf(columns: readonly ReadColumn[], [size, ...values]: (Buffer | null)[], mark: object): string {
  // The server counted the large ones, to keep them back; changes count all.
  const bytes = Math.max(
    Number(String(size)),
    values.reduce((sum, value) => sum + (value?.length ?? 0), 0),
  )
  if (bytes > limits.LINE_BYTES_MAX) return JSON.stringify([longFault(bytes).detail, '{}'])
  const texts = values.map(value => (value === null ? null : String(value)))
  const record = recordOf(columns, texts)
  if (record instanceof Fault)
    return JSON.stringify([record.detail, JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, texts[i]])))])
  return rawText({ ...record, ...mark })
}

/** The copy from a place on, in batches, with the place behind each. Nothing if there is no file. */
export async function* readCopy(
  path: string,
  name: string,
  from: FilePlace,
  signal: AbortSignal,
): AsyncGenerator<{ batch: RecordBatch; place: FilePlace }> {
  for await (const { batch, place } of followNdjson(path, { from, follow: false, signal })) {
    const rows = new Rows(number => `${name} copied row ${number}`, true)
    batch.records.forEach((record, i) => {
      if (Array.isArray(record)) rows.refuse(batch.numberOf(i), new Fault(String(record[0])), String(record[1]))
      else rows.add(batch.numberOf(i), record, undefined, batch.inexact?.get(i))
    })
    yield { batch: { ...rows.batch(), undecodable: [...rows.batch().undecodable, ...batch.undecodable] }, place }
  }
}

export const hasCopy = (path: string): boolean => existsSync(path)

/** Removes the copy, and one that was broken off. */
export async function removeCopy(path: string): Promise<void> {
  await rm(path, { force: true })
  await rm(`${path}.partial`, { force: true })
}
