/**
 * Writes stage times into their bounded table: keeps all of the newest blocks, then one in so many, and deletes the oldest. Runs in the
 * writer's thread, within a commit.
 */
import { limits } from '../../base/index.ts'
import type { StoredStageTimes } from '../store.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

export class StageWriter {
  readonly #insert: StatementSync
  readonly #thin: StatementSync
  readonly #forget: StatementSync
  readonly #recent: number
  readonly #sampled: number

  /** `recent` and `sampled`: numbers of blocks kept in full and sampled. */
  constructor(db: DatabaseSync, recent: number = limits.STAGE_BLOCKS_RECENT, sampled: number = limits.STAGE_BLOCKS_SAMPLED) {
    this.#recent = recent
    this.#sampled = sampled
    this.#insert = db.prepare('INSERT OR REPLACE INTO stage (number, first, last, bytes) VALUES (?, ?, ?, ?)')
    this.#thin = db.prepare(`DELETE FROM stage WHERE number = ? AND number % ${limits.STAGE_BLOCKS_EVERY} <> 0`)
    this.#forget = db.prepare('DELETE FROM stage WHERE number <= ?')
  }

  add({ number, first, last, bytes }: StoredStageTimes): void {
    this.#insert.run(number, first, last, bytes)
    this.#thin.run(number - this.#recent)
    this.#forget.run(number - this.#recent - this.#sampled * limits.STAGE_BLOCKS_EVERY)
  }
}
