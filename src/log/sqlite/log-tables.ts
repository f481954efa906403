/**
 * The tables of a log, by how their rows change, for copies of a log that a process writes meanwhile.
 *
 * - `appended`: rows are added behind the greatest key, and retention removes rows. Rows do not change, except where `change` names the
 *   column that numbers the changes of all rows.
 * - `changing`: any row may change or go. A table is small enough to be read in one transaction.
 * - `small`: some dozens of rows.
 */
export interface LogTable {
  readonly name: string
  readonly kind: 'appended' | 'changing' | 'small'
  /** The column that orders the rows; absent where the order is that of all columns. */
  readonly key?: string
  /** The column with the number of a row's last change. */
  readonly change?: string
  /** The column with the log entry of a row. Retention deletes rows by it, so gaps appear in the order of `key`. */
  readonly entry?: string
  /** Measurements, of which a copy may lack the newest: they are read before the transaction in which the rest is. */
  readonly mayTrail?: true
}

/** All tables. A test compares them with those of a new log. */
export const logTables: readonly LogTable[] = [
  { name: 'segment', kind: 'appended', key: 'first' },
  { name: 'decisions', kind: 'appended', key: 'id' },
  { name: 'effect', kind: 'appended', key: 'number', change: 'changed', entry: 'entry' },
  { name: 'dead', kind: 'changing', key: 'id' },
  { name: 'settled', kind: 'changing', key: 'id' },
  { name: 'stage', kind: 'changing', key: 'number', mayTrail: true },
  { name: 'value', kind: 'changing', key: 'name' },
  { name: 'schema', kind: 'small' },
  { name: 'counted', kind: 'small' },
  // SQLite's own: the greatest numbers of dead letters, which are never used again.
  { name: 'sqlite_sequence', kind: 'small' },
]
