/**
 * Tables of a data folder, and migrations between their formats.
 *
 * A folder of an older format is migrated in one transaction, so an interrupted migration leaves it unchanged. A newer format is rejected.
 */
import { crc32 } from 'node:zlib'
import { SpillwayError } from '../../base/index.ts'
import type { DatabaseSync } from './sqlite.ts'

/** Step i migrates a database from format i to format i + 1. */
const migrations: readonly string[] = [
  `CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE schema (source TEXT NOT NULL, version INTEGER NOT NULL, columns TEXT NOT NULL, PRIMARY KEY (source, version)) WITHOUT ROWID;
   CREATE TABLE segment (first INTEGER PRIMARY KEY, entries INTEGER NOT NULL, arrival INTEGER NOT NULL, bytes BLOB NOT NULL);
   CREATE TABLE decisions (id INTEGER PRIMARY KEY, model TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
     bytes BLOB NOT NULL);
   CREATE TABLE dead (id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL, place TEXT NOT NULL,
     at INTEGER NOT NULL, sequence INTEGER NOT NULL, raw BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);`,
  `ALTER TABLE dead ADD COLUMN form TEXT;
   ALTER TABLE dead ADD COLUMN original BLOB;
   CREATE TABLE settled (id INTEGER PRIMARY KEY, source TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL, place TEXT NOT NULL,
     at INTEGER NOT NULL, sequence INTEGER NOT NULL, raw BLOB NOT NULL, attempts INTEGER NOT NULL, form TEXT, original BLOB,
     outcome TEXT NOT NULL, why TEXT, settled INTEGER NOT NULL);`,
  `ALTER TABLE value ADD COLUMN sum INTEGER;
   ALTER TABLE schema ADD COLUMN sum INTEGER;`,
  // State changed from a file per slice to a file per group; deleting the manifest makes a run rebuild it from the log.
  `DELETE FROM value WHERE name = 'checkpoint';`,
  `CREATE TABLE effect (number INTEGER PRIMARY KEY, action TEXT NOT NULL, id TEXT NOT NULL, entry INTEGER NOT NULL, key TEXT NOT NULL, t INTEGER NOT NULL,
     made INTEGER NOT NULL, due INTEGER, body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next INTEGER, why TEXT,
     sent INTEGER, settled INTEGER);
   CREATE INDEX effect_entry ON effect (entry);
   CREATE INDEX effect_pending ON effect (action, number) WHERE state = 'pending';`,
  `ALTER TABLE effect ADD COLUMN began INTEGER;
   CREATE TABLE stage (number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, bytes BLOB NOT NULL);
   CREATE INDEX stage_last ON stage (last);`,
  // Numbers all changes of effects, so that a client can follow them.
  `ALTER TABLE effect ADD COLUMN changed INTEGER;
   UPDATE effect SET changed = number;
   CREATE INDEX effect_changed ON effect (changed);`,
  // Same tables, new log markers: swaps of batch runs, which earlier versions cannot read.
  '',
  // Same tables, new log markers: promotions of model versions.
  '',
  // Checksum of the decision progress, set where decisions are recorded up to the segment's end.
  'ALTER TABLE segment ADD COLUMN decided INTEGER;',
  // Pending effects of one key, which stay in the store until their turn.
  "CREATE INDEX effect_key ON effect (action, key) WHERE state = 'pending';",
  // Counts by kind, and indexes by kind, so that neither needs a scan.
  `DROP INDEX effect_pending;
   CREATE INDEX effect_state ON effect (action, state);
   CREATE INDEX dead_reason ON dead (source, reason);
   CREATE TABLE counted (what TEXT NOT NULL, of TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (what, of, kind)) WITHOUT ROWID;
   INSERT INTO counted SELECT 'effect', action, state, count(*) FROM effect GROUP BY action, state;
   INSERT INTO counted SELECT 'letter', coalesce(source, ''), reason, count(*) FROM dead GROUP BY source, reason;`,
  // Trace contexts of effects.
  'ALTER TABLE effect ADD COLUMN trace TEXT;',
]

export const FORMAT = migrations.length

/** Oldest format that a reader supports: later formats made queries faster and changed no result. */
const READ_FROM = 10

/** First format with stored counts. */
export const COUNTED_FROM = 12

/** The counts of format 12, computed, for readers of older folders. */
export const COUNTED_VIEW = `CREATE TEMP VIEW counted AS
  SELECT 'effect' AS what, action AS of, state AS kind, count(*) AS number FROM effect GROUP BY action, state
  UNION ALL SELECT 'letter', coalesce(source, ''), reason, count(*) FROM dead GROUP BY source, reason`

/** First format with trace contexts of effects. */
export const TRACED_FROM = 13

/** Effects without trace contexts, for readers of older folders. */
export const UNTRACED_VIEW = 'CREATE TEMP VIEW effect AS SELECT *, NULL AS trace FROM main.effect'

/** Brings the database to the current format. Throws `SPILL_DATA` for a newer format. */
export function migrate(db: DatabaseSync, path: string, steps: readonly string[] = migrations): void {
  const format = formatOf(db)
  if (format > steps.length) throw tooNew(format, steps.length, path)
  if (format === steps.length) return
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const step of steps.slice(format)) db.exec(step)
    db.exec(`PRAGMA user_version = ${steps.length}`)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

/** Creates the tables of a format in an empty database. Throws `SPILL_DATA` for a newer format. */
export function createTables(db: DatabaseSync, path: string, format: number): void {
  if (format > FORMAT) throw tooNew(format, FORMAT, path)
  migrate(db, path, migrations.slice(0, format))
}

/** Returns the format, changing nothing. Throws `SPILL_DATA` for a format that a reader does not support. */
export function checkFormat(db: DatabaseSync, path: string): number {
  const format = formatOf(db)
  if (format > FORMAT) throw tooNew(format, FORMAT, path)
  if (format >= READ_FROM) return format
  const problem = format === 0 ? 'has no Spillway log yet' : `is of format ${format}, and this Spillway reads ${FORMAT}; a run migrates it`
  throw new SpillwayError('SPILL_DATA', problem, { place: path })
}

const formatOf = (db: DatabaseSync): number => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version

const tooNew = (format: number, reads: number, place: string): SpillwayError =>
  new SpillwayError('SPILL_DATA', `is of format ${format}, and this Spillway reads up to ${reads}; use a newer version`, { place })

/** Checksum of a text under its name, in tables whose texts have one, since SQLite stores none. */
export const valueChecksum = (name: string, text: string): number => crc32(`${name}\0${text}`)

/**
 * @throws `SPILL_DATA` for a text that differs from the one written. Texts of older formats have no checksum.
 */
export function verifyChecksum(path: string, name: string, text: string, sum: number | null): string {
  if (sum === null || sum === valueChecksum(name, text)) return text
  throw new SpillwayError('SPILL_DATA', `is damaged: the value '${name}' is not what was written; restore the folder from a backup`, {
    place: path,
  })
}
