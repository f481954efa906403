/** Writes rows of a table in overlapping transactions, which commit or roll back; retries while the server is away. */
import type { Sql } from 'postgres'
import { pause } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import type { Draw } from '../property/generate/draw.ts'

const ROWS_MAX = 3
/** Share of transactions that are so large that they come in parts. */
const LARGE = 0.006
const LARGE_ROWS = 800
const PAUSE_MS = 40
const AWAY_MS = 30

export type InsertRows = (client: Sql, who: string, numbers: readonly number[]) => PromiseLike<unknown>

export class TableWriter {
  /** Numbers whose commit was acknowledged. */
  readonly committed: number[] = []
  readonly #draw: Draw
  readonly #server: Cluster
  readonly #insert: InsertRows
  readonly #who: string
  #next: number

  /** Its numbers begin at `from`. */
  constructor(draw: Draw, server: Cluster, who: string, from: number, insert: InsertRows) {
    this.#draw = draw
    this.#server = server
    this.#who = who
    this.#next = from
    this.#insert = insert
  }

  async write(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const client = this.#server.client()
      try {
        while (!until.aborted) await this.#transaction(client)
      } catch {
        // The server was stopped; the table tells whether the transaction was committed.
        await pause(AWAY_MS)
      }
      await client.end({ timeout: 0 }).catch(() => {})
    }
  }

  async #transaction(client: Sql): Promise<void> {
    const draw = this.#draw
    const written: number[] = []
    await client.unsafe('BEGIN')
    for (let statements = draw.between(1, 2); statements > 0; statements--) {
      const numbers = Array.from({ length: draw.chance(LARGE) ? LARGE_ROWS : draw.between(1, ROWS_MAX) }, () => this.#next++)
      await this.#insert(client, this.#who, numbers)
      written.push(...numbers)
      await pause(draw.between(0, PAUSE_MS))
    }
    const commits = draw.chance(0.85)
    await client.unsafe(commits ? 'COMMIT' : 'ROLLBACK')
    if (commits) this.committed.push(...written)
    await pause(draw.between(0, PAUSE_MS))
  }
}
