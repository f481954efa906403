import type { DatabaseSettings } from './settings.ts'

/** Options shared by both ways of reading a table. */
export interface TableReadOptions {
  readonly database: DatabaseSettings
  /** The table as SQL names it: `outbox`, `sales.outbox`. */
  readonly table: string
}
