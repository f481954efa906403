/** Reads changes from a position on, transaction by transaction. */
import type { Sql } from 'postgres'
import { stopwatch, limits } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { RowMap } from '../../intake/index.ts'
import type { ReadBatch } from '../reader/source-reader.ts'
import { ChangeRecords, RejectedChange } from './change-records.ts'
import { endOnAbort } from './client.ts'
import { parseLsn, lsnText, type Lsn, parseMessage, type RowChange } from './pgoutput.ts'
import { RowBatchBuilder } from './row-batch.ts'
import { ChangeStream } from './change-stream.ts'
import { domainBaseTypes, type PostgresTable } from './table.ts'

/** Everything before `lsn` was read, and `changes` changes of the transaction that commits at `commit`. */
export interface ChangePosition {
  readonly lsn: string
  readonly commit?: string
  readonly changes?: number
}

export interface FollowChangesOptions {
  readonly sql: Sql
  readonly replication: Sql
  readonly source: SourceIR
  readonly map?: RowMap | undefined
  /** Table name in the places of rejected records. */
  readonly table: string
  readonly relation: PostgresTable
  readonly slot: string
  readonly publication: string
  readonly follow: boolean
  /** Names of the last known columns; `undefined` if unknown. */
  readonly lastColumns: readonly string[] | undefined
  readonly positionText: (position: ChangePosition, columns: readonly string[] | undefined) => string
  /** Called with the stream, to which durable positions are reported. */
  readonly onStream: (stream: ChangeStream) => void
  /** Checks the table and its publication if it is time, since the stream does not report their changes. Throws the error of a check. */
  readonly checkIfDue: () => void
}

/** The changes after a position: until the signal, or without `follow` up to the last commit before the call. */
export async function* followChanges(options: FollowChangesOptions, from: ChangePosition, signal: AbortSignal): AsyncGenerator<ReadBatch> {
  const { sql, replication, slot, publication, follow, checkIfDue } = options
  const until = follow ? undefined : await endMarker(sql)
  const changes = new ChangeCollector(options, from, await domainBaseTypes(sql))
  // From here on every wait ends at the signal. The stream still reports the durable position at its end.
  const stream = await endOnAbort(signal, replication, () => ChangeStream.open(replication, slot, publication, parseLsn(from.lsn)))
  options.onStream(stream)
  try {
    for (;;) {
      const batch = await stream.next(signal)
      if (batch === undefined || signal.aborted) return
      checkIfDue()
      for (const message of batch.messages) {
        try {
          changes.handle(message)
        } catch (error) {
          // The changes before this one are valid under the current source definition.
          yield* changes.drain()
          throw error
        }
        if (changes.pending >= limits.POSTGRES_PAGE_ROWS) yield* changes.drain()
      }
      yield* changes.drain()
      yield* changes.idlePosition(batch.sent)
      if (until !== undefined && changes.hasReached(until, batch.sent)) return
    }
  } finally {
    stream.close()
  }
}

/** A log position after all earlier commits. Writing a message creates it: the server sends nothing of a page that is not full. */
async function endMarker(sql: Sql): Promise<Lsn> {
  const [{ lsn }] = await sql<{ lsn: string }[]>`SELECT pg_logical_emit_message(true, 'spillway', '')::text AS lsn`
  return parseLsn(lsn)
}

/** The transaction whose changes are being received. */
interface OpenTransaction {
  readonly commit: Lsn
  readonly at: number
  /** Changes of the table so far, and how many of them were read before a restart. */
  changes: number
  readonly alreadyRead: number
}

class ChangeCollector {
  readonly #options: FollowChangesOptions
  readonly #records: ChangeRecords
  readonly #resumedAt: { readonly lsn: Lsn; readonly commit: Lsn; readonly changes: number }
  #end: Lsn
  #open: OpenTransaction | undefined
  #rows: RowBatchBuilder
  #places: string[] = []
  #hasMoved = false
  #savedAt = stopwatch()

  constructor(options: FollowChangesOptions, { lsn, commit, changes = 0 }: ChangePosition, baseOf: ReadonlyMap<number, number>) {
    this.#options = options
    this.#records = new ChangeRecords(options.source, {
      table: options.relation,
      baseTypes: baseOf,
      lastColumns: options.lastColumns,
      map: options.map,
    })
    this.#resumedAt = { lsn: parseLsn(lsn), commit: commit === undefined ? 0n : parseLsn(commit), changes }
    this.#end = this.#resumedAt.lsn
    this.#rows = this.#emptyRows()
  }

  /** Number of collected records. */
  get pending(): number {
    return this.#rows.length
  }

  /** True if everything committed at `lsn` was read, given that everything before `sentUpTo` has come. */
  hasReached(lsn: Lsn, sentUpTo: Lsn): boolean {
    return this.#open === undefined && (this.#end >= lsn || sentUpTo >= lsn)
  }

  handle(bytes: Buffer): void {
    const message = parseMessage(bytes)
    if (message === undefined) return
    switch (message.kind) {
      case 'begin':
        this.#open = { commit: message.commit, at: message.at, changes: 0, alreadyRead: this.#alreadyRead(message.commit) }
        return
      case 'commit':
        this.#open = undefined
        if (message.end <= this.#end) return
        this.#end = message.end
        this.#hasMoved = true
        return
      case 'relation':
        if (message.oid === this.#options.relation.oid) this.#records.setColumns(message)
        return
      default:
        this.#change(message)
    }
  }

  /** Number of changes of a transaction that were read before. */
  #alreadyRead(commit: Lsn): number {
    if (commit < this.#resumedAt.lsn) return Infinity
    return commit === this.#resumedAt.commit ? this.#resumedAt.changes : 0
  }

  #change(change: RowChange): void {
    const { oid } = this.#options.relation
    if (change.kind === 'truncate' ? !change.oids.includes(oid) : change.oid !== oid) return
    const open = this.#open!
    open.changes++
    if (open.changes <= open.alreadyRead) return
    this.#hasMoved = true
    for (const record of this.#records.recordsOf(change, open.at)) {
      const number = this.#places.push(`${this.#options.table} ${lsnText(open.commit)} change ${open.changes}`) - 1
      if (record instanceof RejectedChange) this.#rows.reject(number, record.fault, record.raw)
      else this.#rows.add(number, record)
    }
  }

  /**
   * The collected records with the position after them, if there is anything to commit. A partly read transaction moves nothing before its
   * first new change.
   */
  *drain(): Generator<ReadBatch> {
    if (!this.#hasMoved || (this.#rows.length === 0 && this.#open === undefined && !this.#isDue())) return
    const open = this.#open
    const position = { lsn: lsnText(this.#end), ...(open && { commit: lsnText(open.commit), changes: open.changes }) }
    const batch = this.#rows.batch()
    this.#rows = this.#emptyRows()
    this.#hasMoved = false
    this.#savedAt = stopwatch()
    yield { records: batch, position: this.#options.positionText(position, this.#records.lastColumns) }
  }

  /**
   * The position alone, if the table has had no change for a time. Until it is confirmed, the server keeps its log and delays its shutdown.
   */
  *idlePosition(sentUpTo: Lsn): Generator<ReadBatch> {
    if (this.#open || sentUpTo <= this.#end || !this.#isDue()) return
    // The position tells how many changes of a transaction were read that the server sends again.
    if (sentUpTo <= this.#resumedAt.commit) return
    this.#end = sentUpTo
    this.#hasMoved = true
    yield* this.drain()
  }

  #isDue(): boolean {
    return stopwatch() - this.#savedAt >= limits.POSTGRES_STATUS_MS
  }

  #emptyRows(): RowBatchBuilder {
    const places: string[] = []
    this.#places = places
    return new RowBatchBuilder(number => places[number], true)
  }
}
