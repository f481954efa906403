/** Contents of a store: bytes of files with their times, and the rows of a group. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openInput } from '../../src/files/open-input.ts'

export interface StoredBytes {
  readonly bytes: Buffer
  readonly writtenAt: number
}

/** Every file of a folder by its relative path. */
export function filesIn(folder: string): Map<string, StoredBytes> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => statSync(join(folder, name)).isFile())
  return new Map(
    names
      .sort()
      .map(name => [name, { bytes: readFileSync(join(folder, name)), writtenAt: statSync(join(folder, name), { bigint: false }).mtimeMs }]),
  )
}

/** The rows of one partition, with the columns of its files side by side. Bigints become numbers. */
export async function rowsIn(folder: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for (const name of readdirSync(folder)) {
    let at = 0
    for await (const { records } of (await openInput(join(folder, name))).batches())
      for (const record of records as Record<string, unknown>[]) {
        const own = Object.fromEntries(Object.entries(record).map(([column, value]) => [column, plain(value)]))
        rows[at] = { ...rows[at], ...own }
        at++
      }
  }
  return rows
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  return Array.isArray(value) ? value.map(plain) : value
}
