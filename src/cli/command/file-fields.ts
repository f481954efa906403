/** Which fields the records of a file have: its columns, or, of NDJSON, what its first records have. */
import { openInput } from '../../files/input.ts'

export interface FileFields {
  /** As messages show it. */
  readonly file: string
  readonly names: readonly string[]
  /** Records beyond those that were looked at may have others. */
  readonly isSample: boolean
}

/** NDJSON is looked at until each of `wanted` was seen, and for one stretch at least: to its end only if there is one that it has not. Throws `SPILL_INPUT` for a file that cannot be read. */
export async function fieldsOf(path: string, wanted: readonly string[]): Promise<FileFields> {
  const file = await openInput(path)
  if (file.columns) return { file: file.name, names: file.columns.map(({ name }) => name), isSample: false }
  const names = new Set<string>()
  for await (const { records } of file.batches()) {
    for (const record of records) if (typeof record === 'object' && record !== null) for (const name of Object.keys(record)) names.add(name)
    if (names.size > 0 && wanted.every(name => names.has(name))) break
  }
  return { file: file.name, names: [...names], isSample: true }
}
