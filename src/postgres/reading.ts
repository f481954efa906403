import type { Database } from './settings.ts'

/** What both ways of reading a table share. */
export interface ReadOptions {
  readonly database: Database
  /** The table as SQL names it: `outbox`, `sales.outbox`. */
  readonly table: string
  /** Go on at the end, until the signal. */
  readonly follow: boolean
  readonly onWarning: (warning: string) => void
}
