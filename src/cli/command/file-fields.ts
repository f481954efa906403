/** Field names of a file's records: the columns of CSV and Parquet, the fields of the first records of NDJSON. */
import { openInput } from '../../files/index.ts'

/** The field names of a file. */
export interface FileFields {
  /** The name of the file in messages. */
  readonly file: string
  readonly names: readonly string[]
  /** True for NDJSON: records after the sample may have more fields. */
  readonly isSample: boolean
}

/**
 * Reads the field names. Reads NDJSON until all of `fieldNames` were found, and at least one batch; to its end only if a field is missing.
 * Throws `SPILL_FILE` for a file that cannot be read.
 */
export async function fieldsOfFile(path: string, fieldNames: readonly string[]): Promise<FileFields> {
  const file = await openInput(path)
  if (file.columns) return { file: file.name, names: file.columns.map(({ name }) => name), isSample: false }
  const names = new Set<string>()
  for await (const { records } of file.batches()) {
    for (const record of records) if (typeof record === 'object' && record !== null) for (const name of Object.keys(record)) names.add(name)
    if (names.size > 0 && fieldNames.every(name => names.has(name))) break
  }
  return { file: file.name, names: [...names], isSample: true }
}
