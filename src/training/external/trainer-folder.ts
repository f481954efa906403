/**
 * The temporary folder of one external training: input, output, and its size. It is always deleted afterwards. The files in it are the
 * contract with external trainers, version 1, which docs/guides/trainers.md describes.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Strings } from '../../columns/index.ts'
import { writeOutputTable, type OutputValues } from '../../files/index.ts'
import { columnWithNulls, type TrainingTable } from '../input/training-table.ts'

/** Version of the contract. */
export const CONTRACT_VERSION = 1

/** Files of the input folder. */
export const TRAINER_ROWS = 'rows.parquet'
const TRAINER_MANIFEST = 'manifest.json'
/** Files of the output folder. */
export const MODEL_JSON = 'model.json'
export const MODEL_ONNX = 'model.onnx'
export const TRAINER_METRICS = 'metrics.json'

/** Description of the rows, written beside them. */
export interface TrainerManifest {
  readonly contract: typeof CONTRACT_VERSION
  readonly rows: typeof TRAINER_ROWS
  readonly length: number
  /** Inputs of the model in order, each with its column of the rows: doubles with NULLs. */
  readonly inputs: readonly { readonly name: string; readonly column: string }[]
  /** Column of labels, without NULLs. */
  readonly label: 'label'
  /** Column of weights, if rows are weighted. */
  readonly weight?: 'weight'
  /** The prediction: the probability of label 1 from labels 0 and 1, or a number. */
  readonly task: TrainerTask
  /** Seed for random draws: the same rows and seed should give the same model. */
  readonly seed: number
  /** Caller-supplied description of the rows, such as the manifest of a training set. */
  readonly of?: unknown
}

/** The kind of prediction. */
export type TrainerTask = 'probability' | 'number'

/** Column of an input in the rows. */
export const inputColumn = (input: string): string => `vector.${input}`

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
    ...names.map((name, i): [string, OutputValues] => [inputColumn(name), columnWithNulls(columns[i])]),
    ['label', { values: labels }],
    ...(weights ? [['weight', { values: weights }] as [string, OutputValues]] : []),
  ]
  const fields = named.map(([name]) => ({ name, type: 'double' as const }))
  await writeOutputTable(join(input, TRAINER_ROWS), fields, new Strings(), [{ length, columns: named.map(([, values]) => values) }])
  writeFileSync(join(input, TRAINER_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
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
