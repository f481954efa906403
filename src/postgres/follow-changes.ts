/** Changes from a place on, transaction by transaction, into a run. */
import type { Sql } from 'postgres'
import { stopwatch } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { Cursor } from '../run/ingest/inbox.ts'
import { ChangeRecords, RefusedChange } from './change-records.ts'
import { endedBy } from './client.ts'
import type { Feeding } from './feeding.ts'
import type { Looks } from './going-on.ts'
import { lsnOf, lsnText, type Lsn } from './lsn.ts'
import { messageOf, type RowChange } from './pgoutput.ts'
import { Rows } from './rows.ts'
import { ChangeStream } from './stream.ts'
import { domainTypes, type Table } from './table.ts'

/** Everything before `lsn` was read; of the transaction that commits at `commit`, so many changes too. */
export interface ChangePlace {
  readonly lsn: string
  readonly commit?: string
  readonly changes?: number
}

export interface FollowingChanges {
  readonly sql: Sql
  readonly replication: Sql
  readonly source: SourceIR
  readonly map?: RowMap | undefined
  /** As places of refused records name it. */
  readonly table: string
  readonly relation: Table
  readonly slot: string
  readonly publication: string
  readonly follow: boolean
  readonly feeding: Feeding
  /** The columns that were there last; nothing if that is not known. */
  readonly seen: readonly string[] | undefined
  readonly cursorAt: (place: ChangePlace, columns: readonly string[] | undefined) => Cursor
  /** At the table and its publication: the stream says nothing of what it does not show. */
  readonly looks: Looks
}

export async function followChanges(following: FollowingChanges, from: ChangePlace, signal: AbortSignal): Promise<void> {
  const { sql, replication, slot, publication, follow, looks } = following
  const until = follow ? undefined : await marked(sql)
  const changes = new Changes(following, from, await domainTypes(sql))
  // From then on nothing waits for the server without the signal, and how far changes are durable is still said at the end.
  const stream = await endedBy(signal, replication, () => ChangeStream.open(replication, slot, publication, lsnOf(from.lsn)))
  try {
    for (;;) {
      const stretch = await stream.take(signal)
      if (stretch === undefined || signal.aborted) return
      looks.take()
      for (const message of stretch.messages) {
        try {
          changes.take(message)
        } catch (error) {
          // What came before is of the source as it is now.
          await changes.give(stream)
          throw error
        }
        if (changes.waiting >= limits.POSTGRES_PAGE_ROWS) await changes.give(stream)
      }
      await changes.give(stream)
      await changes.rest(stream, stretch.sent)
      if (until !== undefined && changes.isBehind(until, stretch.sent)) return
    }
  } finally {
    stream.close()
  }
}

/** A place in the log behind everything that has committed. The log is written on from there, since the server sends nothing of a page that is not full. */
async function marked(sql: Sql): Promise<Lsn> {
  const [{ lsn }] = await sql<{ lsn: string }[]>`SELECT pg_logical_emit_message(true, 'spillway', '')::text AS lsn`
  return lsnOf(lsn)
}

/** The transaction whose changes come. */
interface Open {
  readonly commit: Lsn
  readonly at: number
  /** Changes of the table so far, and how many of them were read before. */
  changes: number
  readonly read: number
}

class Changes {
  readonly #following: FollowingChanges
  readonly #records: ChangeRecords
  readonly #read: { readonly lsn: Lsn; readonly commit: Lsn; readonly changes: number }
  #end: Lsn
  #open: Open | undefined
  #rows: Rows
  #places: string[] = []
  #hasMoved = false
  #kept = stopwatch()

  constructor(following: FollowingChanges, { lsn, commit, changes = 0 }: ChangePlace, baseOf: ReadonlyMap<number, number>) {
    this.#following = following
    this.#records = new ChangeRecords(following.source, { table: following.relation, baseOf, seen: following.seen, map: following.map })
    this.#read = { lsn: lsnOf(lsn), commit: commit === undefined ? 0n : lsnOf(commit), changes }
    this.#end = this.#read.lsn
    this.#rows = this.#emptyRows()
  }

  /** Records that were made and not given. */
  get waiting(): number {
    return this.#rows.length
  }

  /** Was everything that had been committed at `lsn` read, once everything before `sent` has come? */
  isBehind(lsn: Lsn, sent: Lsn): boolean {
    return this.#open === undefined && (this.#end >= lsn || sent >= lsn)
  }

  take(bytes: Buffer): void {
    const message = messageOf(bytes)
    if (message === undefined) return
    switch (message.kind) {
      case 'begin':
        this.#open = { commit: message.commit, at: message.at, changes: 0, read: this.#readOf(message.commit) }
        return
      case 'commit':
        this.#open = undefined
        if (message.end <= this.#end) return
        this.#end = message.end
        this.#hasMoved = true
        return
      case 'relation':
        if (message.oid === this.#following.relation.oid) this.#records.columnsAre(message)
        return
      default:
        this.#change(message)
    }
  }

  /** Changes of a transaction that were read before. */
  #readOf(commit: Lsn): number {
    if (commit < this.#read.lsn) return Infinity
    return commit === this.#read.commit ? this.#read.changes : 0
  }

  #change(change: RowChange): void {
    const { oid } = this.#following.relation
    if (change.kind === 'truncate' ? !change.oids.includes(oid) : change.oid !== oid) return
    const open = this.#open!
    open.changes++
    if (open.changes <= open.read) return
    this.#hasMoved = true
    for (const record of this.#records.of(change, open.at)) {
      const number = this.#places.push(`${this.#following.table} ${lsnText(open.commit)} change ${open.changes}`) - 1
      if (record instanceof RefusedChange) this.#rows.refuse(number, record.fault, record.raw)
      else this.#rows.add(number, record)
    }
  }

  /**
   * Gives what was made of changes, with the place behind them; the server is told once it is durable. A transaction that was read in part before
   * moves nothing until its first new change.
   */
  async give(stream: ChangeStream): Promise<void> {
    if (!this.#hasMoved || (this.#rows.length === 0 && this.#open === undefined && !this.#isDue())) return
    const open = this.#open
    const end = this.#end
    const place = { lsn: lsnText(end), ...(open && { commit: lsnText(open.commit), changes: open.changes }) }
    const batch = this.#rows.batch()
    this.#rows = this.#emptyRows()
    this.#hasMoved = false
    this.#kept = stopwatch()
    const { feeding, cursorAt } = this.#following
    await feeding.give(batch, cursorAt(place, this.#records.seen), () => stream.confirm(end))
  }

  /**
   * Where nothing of the table has changed for a time, keeps the place all the same: the server holds its log back for it, and its shutdown, until
   * everything that it has sent is said to be durable.
   */
  async rest(stream: ChangeStream, sent: Lsn): Promise<void> {
    if (this.#open || sent <= this.#end || !this.#isDue()) return
    this.#end = sent
    this.#hasMoved = true
    await this.give(stream)
  }

  #isDue(): boolean {
    return stopwatch() - this.#kept >= limits.POSTGRES_STATUS_MS
  }

  #emptyRows(): Rows {
    const places: string[] = []
    this.#places = places
    return new Rows(number => places[number], true)
  }
}
