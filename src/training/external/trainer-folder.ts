/** The folder of one external training: what goes in, what comes out, and how much it holds. It is gone afterwards, whatever happened. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Strings } from '../../columns/strings.ts'
import { openTable } from '../../files/output.ts'
import type { OutputValues } from '../../files/table.ts'
import type { TrainingTable } from '../table/table.ts'
import { columnOf, MANIFEST, ROWS, type TrainerManifest } from './contract.ts'

export interface TrainerFolder {
  /** Holds both, and is where the trainer's temporary files go (`TMPDIR`): they are counted, and are gone with it. */
  readonly work: string
  readonly input: string
  readonly output: string
}

export async function inTrainerFolder<T>(use: (folder: TrainerFolder) => Promise<T>): Promise<T> {
  const work = mkdtempSync(join(tmpdir(), 'spillway-train-'))
  try {
    const folder = { work, input: join(work, 'in'), output: join(work, 'out') }
    mkdirSync(folder.input)
    mkdirSync(folder.output)
    return await use(folder)
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Rows first: whoever sees the manifest has both. */
export async function writeInput({ input }: TrainerFolder, table: TrainingTable, manifest: TrainerManifest): Promise<void> {
  const { names, columns, labels, weights, length } = table
  const named: [name: string, values: OutputValues][] = [
    ...names.map((name, i): [string, OutputValues] => [columnOf(name), withNulls(columns[i])]),
    ['label', { values: labels }],
    ...(weights ? [['weight', { values: weights }] as [string, OutputValues]] : []),
  ]
  const writer = await openTable(
    join(input, ROWS),
    named.map(([name]) => ({ name, type: 'double' as const })),
    new Strings(),
  )
  try {
    await writer.write(
      length,
      named.map(([, values]) => values),
    )
    await writer.close()
  } catch (error) {
    await writer.discard()
    throw error
  }
  writeFileSync(join(input, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
}

function withNulls(values: Float64Array): OutputValues {
  return values.some(Number.isNaN) ? { values, nulls: Uint8Array.from(values, value => Number(Number.isNaN(value))) } : { values }
}

/** What a file takes at least, however little is in it. */
const BLOCK = 4096

/** Bytes of all that lies in a folder, about. What goes while it is looked at counts nothing. */
export function bytesIn(folder: string): number {
  let bytes = 0
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    bytes += !found ? 0 : found.isDirectory() ? BLOCK + bytesIn(path) : Math.max(BLOCK, found.size)
  }
  return bytes
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
