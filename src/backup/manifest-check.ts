/**
 * Checks a manifest before anything trusts it. The name of a manifest proves that its bytes are whole, not that Spillway wrote them: who can
 * write to the target can plant one. A restore makes paths and SQL of its texts, so each has to be one that a backup can have.
 */
/** An object of the manifest, whose fields may be anything. */
type Fields = Readonly<Record<string, unknown>>

/** `reports/` has the files of reports; a copy of a PostgreSQL table is read from its `copy-SLOT.ndjson`. */
const FILES = /^(?:tokens\.json|objectives\.json|audit\.ndjson|copy-.+\.ndjson)$/s
/** Folders whose files backups have. */
export const FILE_FOLDERS = /^reports$/
const UNFINISHED = /\.(?:part|partial)$/

/** Is this path, with slashes and relative to the data folder, one of a file that backups have? It then is inside of the folder. */
export function isBackupPath(path: string): boolean {
  // A backslash separates folders on Windows.
  if (/[\\\0]/.test(path) || UNFINISHED.test(path)) return false
  const parts = path.split('/')
  if (parts.length === 1) return FILES.test(path)
  return FILE_FOLDERS.test(parts[0]) && parts.every(part => part !== '' && part !== '.' && part !== '..')
}

/** A name of a table or column that needs no quotes. */
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,63}$/i
const HASH = /^[0-9a-f]{64}$/

/** The first problem of a parsed manifest of the present version; `undefined` without one. */
export function manifestProblem(value: unknown): string | undefined {
  const { at, end, begins, format, tables, files } = (value ?? {}) as Fields
  if (![at, end, begins, format].every(isCount)) return 'its numbers are no numbers'
  if (!isListOfObjects(tables) || !isListOfObjects(files)) return 'it has no tables and files'
  for (const { table, columns, chunks } of tables) {
    if (!isIdentifier(table)) return 'a name of a table is none'
    const stray = Array.isArray(columns) ? (columns as unknown[]).findIndex(column => !isIdentifier(column)) : 0
    if (stray >= 0) return `column ${stray + 1} of table '${table}' is none`
    if (!isListOfObjects(chunks) || !chunks.every(chunk => isChunk(chunk) && isCount(chunk.rows)))
      return `table '${table}' has a wrong chunk`
  }
  for (const { path, bytes, chunks } of files) {
    if (typeof path !== 'string' || !isBackupPath(path)) return `'${String(path)}' is no file of a data folder that backups have`
    if (!isCount(bytes) || !isListOfObjects(chunks) || !chunks.every(isChunk)) return `file '${path}' has a wrong chunk`
  }
  return undefined
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isIdentifier = (value: unknown): value is string => typeof value === 'string' && IDENTIFIER.test(value)
const isChunk = ({ hash, bytes }: Fields): boolean => typeof hash === 'string' && HASH.test(hash) && isCount(bytes)
const isListOfObjects = (value: unknown): value is readonly Fields[] =>
  Array.isArray(value) && value.every(item => typeof item === 'object' && item !== null)
