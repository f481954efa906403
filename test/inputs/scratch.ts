/** Files that a test writes and reads again, in a temporary folder, and the account of their records. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SpillwayError } from '../../src/base/errors.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { connectDuckDB, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import { loadFile } from '../../src/files/open-input.ts'
import { HistoryBuilder, type HistoryBuilderOptions } from '../../src/intake/history-builder.ts'
import type { Rejection } from '../../src/intake/rejection.ts'

export class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'spillway-'))

  path(name: string): string {
    return join(this.#folder, name)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** A Parquet file of a query's result. */
  async writeParquet(name: string, query: string): Promise<string> {
    const connection = await connectDuckDB()
    await connection.run(`COPY (${query}) TO ${sqlLiteral(this.path(name))} (FORMAT parquet)`)
    connection.closeSync()
    return this.path(name)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** Reads a file into one source, to the end or to the error that stops it. */
export async function takeOne(path: string, source: SourceIR, options: Partial<HistoryBuilderOptions> = {}) {
  const rejections: Rejection[] = []
  const onRejected = (rejection: Rejection) => void rejections.push(rejection)
  const strings = new Strings()
  const intake = new HistoryBuilder(source, { strings, onRejected, ...options })
  let error: SpillwayError | undefined
  let warnings: readonly string[] = []
  try {
    warnings = (await loadFile(path, [intake], { onRejected })).warnings
  } catch (thrown) {
    error = thrown as SpillwayError
  }
  const { block, counts } = intake.finish()
  const column = (name: string) => [...block.columns[name].values].map((value, i) => (block.columns[name].nulls?.[i] === 1 ? null : value))
  return { block, counts, column, error, warnings, rejections, strings, places: rejections.map(({ place }) => place) }
}

/** Readings with a key, a time, and one column of each type. */
export const readings: SourceIR = {
  name: 'readings',
  columns: [
    { name: 'sensor', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'value', type: 'double', nullable: true },
    { name: 'count', type: 'int', nullable: true },
    { name: 'price', type: 'decimal', scale: 2, nullable: true },
    { name: 'on', type: 'bool', nullable: true },
    { name: 'kind', type: 'string', nullable: true, values: ['a', 'b'] },
    { name: 'took', type: 'duration', nullable: true },
  ],
  key: 'sensor',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 86_400_000,
  maxClockSkew: 60_000,
  dedupe: 3_600_000,
}
