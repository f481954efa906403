/** The temporary folder of one external training: input, output, and its size. It is always deleted afterwards. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Strings } from '../../columns/index.ts'
import { openOutputTable, type OutputValues } from '../../files/index.ts'
import type { TrainingTable } from '../table/table.ts'
import { inputColumn, TRAINER_MANIFEST, TRAINER_ROWS, type TrainerManifest } from './contract.ts'

/** Paths of the folder. */
export interface TrainerFolder {
  /** Parent of both, and the trainer's `TMPDIR`, so that its temporary files are counted and deleted too. */
  readonly work: string
  readonly input: string
  readonly output: string
}

/** Runs `use` with a new folder, and deletes it. */
export async function withTrainerFolder<T>(use: (folder: TrainerFolder) => Promise<T>): Promise<T> {
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

/** Writes the input, rows first: the manifest exists only beside complete rows. */
export async function writeTrainerInput({ input }: TrainerFolder, table: TrainingTable, manifest: TrainerManifest): Promise<void> {
  const { names, columns, labels, weights, length } = table
  const named: [name: string, values: OutputValues][] = [
    ...names.map((name, i): [string, OutputValues] => [inputColumn(name), withNulls(columns[i])]),
    ['label', { values: labels }],
    ...(weights ? [['weight', { values: weights }] as [string, OutputValues]] : []),
  ]
  const writer = await openOutputTable(
    join(input, TRAINER_ROWS),
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
  writeFileSync(join(input, TRAINER_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
}

function withNulls(values: Float64Array): OutputValues {
  return values.some(Number.isNaN) ? { values, nulls: Uint8Array.from(values, value => Number(Number.isNaN(value))) } : { values }
}

/** Least disk usage of a file. */
const BLOCK = 4096

/** Disk usage of a folder, about. Files deleted meanwhile count as 0. */
export function folderBytes(folder: string): number {
  let bytes = 0
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    bytes += !stats ? 0 : stats.isDirectory() ? BLOCK + folderBytes(path) : Math.max(BLOCK, stats.size)
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
