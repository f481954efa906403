/**
 * The records of imports in the log. They say which entries are imported history: no run decided on them, so no action answered (semantics,
 * labels).
 */
import type { NamedValues } from '../../log/index.ts'

/** The state of one import. */
export interface ImportRecord {
  /** End of the log when the import began; everything before was decided. */
  readonly from: number
  /** Fingerprint of the pipeline. */
  readonly fingerprint: string
  /** Sources and paths, as given. */
  readonly files: readonly string[]
  /** Number of rejected records that are dead letters so far. */
  readonly letters: number
  /** The entry after its last one; absent until it is done. */
  readonly end?: number
}

const PREFIX = 'import/'

/** The named value of a record. */
export const putImportRecord = (record: ImportRecord): [name: string, value: string] => [
  `${PREFIX}${String(record.from).padStart(16, '0')}`,
  JSON.stringify(record),
]

/** The records of all imports, in order of the log. */
export const importRecords = (store: NamedValues): ImportRecord[] =>
  store.named(PREFIX).map(([, value]) => JSON.parse(value) as ImportRecord)

/** Is an entry of the log imported history? Reads the records once. */
export function importedEntries(store: NamedValues): (entry: number) => boolean {
  const records = importRecords(store)
  return entry => records.some(({ from, end = Infinity }) => entry >= from && entry < end)
}
