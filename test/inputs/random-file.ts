/** A random file for a random source. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/base/random.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { connectDuckDB, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import type { RowMap } from '../../src/intake/column-mapping.ts'
import type { Written } from './account.ts'
import { rowKey } from './conservation.ts'
import { damagedFile, damagedLine, noise, packed } from './damage.ts'
import { below, chance, csvLine, jsonLine, oneOf, randomRow, randomSource, sqlRows, type Row } from './generate.ts'

const RECORDS_MAX = 40
/** Share of damaged records, and of damaged files. */
const DAMAGED_RECORDS = 0.3
const DAMAGED_FILES = 0.15

export async function writeRandomFile(next: Random, folder: string): Promise<Written> {
  const source = randomSource(next)
  const map = chance(next, 0.3) ? randomMap(next) : undefined
  const mapped: SourceIR = map ? { ...source, mapVersion: '1' } : source
  switch (below(next, 10)) {
    case 0:
      return writeNoise(next, folder, mapped, map)
    case 1:
    case 2:
      return await writeParquet(next, folder, mapped, map)
    default:
      return writeLines(next, folder, mapped, map, oneOf(next, ['ndjson', 'csv'] as const))
  }
}

/** Good and bad behaviour of a user's map function. */
export function randomMap(next: Random): RowMap {
  const share = next() * 0.2
  return (record: unknown) => {
    if (!chance(next, share)) return record
    const results = [
      null,
      undefined,
      [],
      [record, record],
      [record, 5],
      'text',
      Promise.resolve(record),
      Array.from({ length: 1001 }, () => record),
    ]
    const choice = below(next, results.length + 1)
    if (choice === results.length) throw new Error('the map fails')
    return results[choice]
  }
}

function randomRows(next: Random, source: SourceIR): Row[] {
  const rows: Row[] = []
  for (let count = below(next, RECORDS_MAX); count >= 0; count--) {
    const again = chance(next, 0.1) && rows.length > 0
    rows.push(again ? oneOf(next, rows) : randomRow(next, source))
  }
  return rows
}

function writeLines(next: Random, folder: string, source: SourceIR, map: RowMap | undefined, format: 'ndjson' | 'csv'): Written {
  const rows = randomRows(next, source)
  const isDamaged = rows.map(() => chance(next, DAMAGED_RECORDS))
  const allSound = chance(next, 0.2)
  const lines = rows.map((row, i) => {
    const line = format === 'csv' ? csvLine(next, source, row) : jsonLine(next, source, row)
    return isDamaged[i] && !allSound ? damagedLine(next, line, format) : Buffer.from(line)
  })
  const hasHeader = format === 'csv'
  if (hasHeader) lines.unshift(Buffer.from(source.columns.map(({ name }) => name).join(',')))
  if (chance(next, 0.1)) lines.push(Buffer.from(' '), Buffer.alloc(0))
  const ending = Buffer.from(chance(next, 0.2) ? '\r\n' : '\n')
  const text = Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [ending, line])))
  const isPacked = chance(next, 0.3)
  const bytes = isPacked ? packed(next, text) : text
  const path = join(folder, `in.${format}`)
  const isCut = isPacked && chance(next, DAMAGED_FILES)
  writeFileSync(path, isCut ? damagedFile(next, bytes) : bytes)
  // A damaged quote may swallow later rows, and with ids or a map a valid row need not be accepted.
  const mayLose = map !== undefined || source.id !== undefined || (format === 'csv' && !allSound)
  const sound = mayLose ? [] : rows.filter((_, i) => allSound || !isDamaged[i]).map(row => rowKey(source, row))
  return { path, source, map, records: rows.length, text: isCut ? undefined : text, hasHeader, sound }
}

function writeNoise(next: Random, folder: string, source: SourceIR, map: RowMap | undefined): Written {
  const format = oneOf(next, ['ndjson', 'csv', 'parquet', 'dat'])
  const header = format === 'csv' && chance(next, 0.7) ? `${source.columns.map(({ name }) => name).join(',')}\n` : ''
  const text = Buffer.concat([Buffer.from(header), noise(next, below(next, 3000))])
  const path = join(folder, `noise.${format}`)
  writeFileSync(path, chance(next, 0.2) ? packed(next, text) : text)
  return {
    path,
    source,
    map,
    records: 1,
    text: format === 'ndjson' || format === 'csv' ? text : undefined,
    hasHeader: format === 'csv',
    sound: [],
  }
}

async function writeParquet(next: Random, folder: string, source: SourceIR, map: RowMap | undefined): Promise<Written> {
  const rows = randomRows(next, source).map(row => (chance(next, DAMAGED_RECORDS) ? damagedRow(next, source, row) : row))
  const path = join(folder, 'in.parquet')
  const connection = await connectDuckDB()
  await connection.run(`COPY (${sqlRows(source, rows)}) TO ${sqlLiteral(path)} (FORMAT parquet)`)
  connection.closeSync()
  if (chance(next, DAMAGED_FILES)) writeFileSync(path, damagedFile(next, readFileSync(path)))
  return { path, source, map, records: rows.length, text: undefined, hasHeader: false, sound: [] }
}

/** Parquet has types, so only values can be damaged: NULL where it is not allowed, and values out of bounds. */
function damagedRow(next: Random, source: SourceIR, row: Row): Row {
  const { name, type } = oneOf(next, source.columns)
  const values = {
    int: 2 ** 53,
    duration: 2 ** 60,
    timestamp: 2 ** 43 + 1,
    double: Infinity,
    bool: null,
    string: 'none of them',
    decimal: null,
  } as const
  return { ...row, [name]: chance(next, 0.5) ? null : values[type] }
}
