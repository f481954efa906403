/** The two tables of a case, their writers, and their final, committed rows. */
import type { Sql } from 'postgres'
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import { outboxOf } from '../postgres/outboxes.ts'
import type { Draw } from '../property/generate/draw.ts'
import { TableWriter } from './table-writer.ts'

/** Writers of each table; their transactions overlap. */
const WRITERS = 2
const NUMBERS = 1_000_000
/** Rows of the copied table before the case, so that a kill hits the copy. */
export const ROWS_BEFORE = 300
const LOOK_MS = 2
const REACHED_MS = 10_000

export class WrittenTables {
  readonly #server: Cluster
  readonly #name: string
  readonly #writers: Readonly<Record<'orders' | 'moves', readonly TableWriter[]>>

  private constructor(server: Cluster, draw: Draw, name: string) {
    this.#server = server
    this.#name = name
    const writers = (insert: (sql: Sql, who: string, numbers: readonly number[]) => PromiseLike<unknown>) =>
      Array.from({ length: WRITERS }, (_, i) => new TableWriter(draw, server, `w${i}`, (i + 1) * NUMBERS, insert))
    this.#writers = { orders: writers(this.#order), moves: writers(this.#move) }
  }

  static async make(server: Cluster, draw: Draw, name: string): Promise<WrittenTables> {
    const written = new WrittenTables(server, draw, name)
    await server.withClient(1, async sql => {
      await sql.unsafe(
        `${outboxOf(`${name}_out`)}; CREATE TABLE ${name} (n int PRIMARY KEY, who text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
      )
      await written.#move(
        sql,
        'before',
        Array.from({ length: ROWS_BEFORE }, (_, i) => i),
      )
    })
    return written
  }

  readonly #order = (sql: Sql, who: string, numbers: readonly number[]) =>
    sql.unsafe(
      `INSERT INTO ${this.#name}_out (payload) SELECT jsonb_build_object('who', '${who}', 'n', n, 'at', now()) FROM unnest('{${numbers.join()}}'::int[]) n`,
    )

  readonly #move = (sql: Sql, who: string, numbers: readonly number[]) =>
    sql.unsafe(`INSERT INTO ${this.#name} (n, who) SELECT n, '${who}' FROM unnest('{${numbers.join()}}'::int[]) n`)

  get outbox(): string {
    return `${this.#name}_out`
  }

  get outboxAddress(): string {
    return `pg:${this.#name}_out?payload=payload`
  }

  get changesAddress(): string {
    return `pg-changes:${this.#name}?slot=${this.#name}`
  }

  async write(until: AbortSignal): Promise<void> {
    await Promise.all([...this.#writers.orders, ...this.#writers.moves].map(writer => writer.write(until)))
  }

  /** Numbers whose commit was acknowledged to their writer. */
  get acknowledged(): Readonly<Record<'orders' | 'moves', readonly number[]>> {
    const of = (writers: readonly TableWriter[]) => writers.flatMap(({ committed }) => committed)
    return { orders: of(this.#writers.orders), moves: of(this.#writers.moves) }
  }

  /** Numbers in the tables. */
  async committed(): Promise<Readonly<Record<'orders' | 'moves', readonly number[]>>> {
    return this.#server.withClient(1, async sql => {
      const orders = await sql.unsafe<{ n: number }[]>(`SELECT (payload->>'n')::int AS n FROM ${this.#name}_out`)
      const moves = await sql.unsafe<{ n: number }[]>(`SELECT n FROM ${this.#name}`)
      return { orders: orders.map(({ n }) => n), moves: moves.map(({ n }) => n) }
    })
  }

  /** Resolves when a process reads both tables: before that, an absent server is an error. False if none does. */
  async isRead(): Promise<boolean> {
    const isTrue = `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = 'spillway') AND
      EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'spillway' AND query LIKE '%pg_snapshot_xmin%') AS holds`
    return this.#becomes(isTrue, REACHED_MS)
  }

  /** Resolves when the server was told that more is durable, or after this long. */
  async slotMoves(ms: number): Promise<void> {
    const at = `SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '${this.#name}'`
    await this.#server.withClient(1, async sql => {
      const [before] = await sql.unsafe<{ confirmed_flush_lsn: string }[]>(at)
      await this.#becomes(`SELECT (${at}) IS DISTINCT FROM '${before?.confirmed_flush_lsn}' AS holds`, ms, sql)
    })
  }

  /** Drops the slot, and inserts a row after it. */
  async vanish(): Promise<void> {
    await this.#server.withClient(1, async sql => {
      await this.#dropSlot(sql)
      await this.#move(sql, 'after', [-1])
    })
  }

  async drop(): Promise<void> {
    await this.#server.withClient(1, async sql => {
      await this.#dropSlot(sql)
      await sql.unsafe(`DROP TABLE ${this.#name}, ${this.#name}_out; DROP PUBLICATION IF EXISTS ${this.#name}`)
    })
  }

  /** Once nobody reads from it any more. */
  async #dropSlot(sql: Sql): Promise<void> {
    const slot = `pg_replication_slots WHERE slot_name = '${this.#name}'`
    await this.#becomes(`SELECT NOT EXISTS (SELECT FROM ${slot} AND active) AS holds`, REACHED_MS, sql)
    await sql.unsafe(`SELECT pg_drop_replication_slot(slot_name) FROM ${slot}`)
  }

  async #becomes(statement: string, ms: number, sql?: Sql): Promise<boolean> {
    if (sql === undefined) return this.#server.withClient(1, client => this.#becomes(statement, ms, client))
    const since = stopwatch()
    while (stopwatch() - since < ms) {
      const [{ holds }] = await sql.unsafe<{ holds: boolean }[]>(statement)
      if (holds) return true
      await pause(LOOK_MS)
    }
    return false
  }
}
