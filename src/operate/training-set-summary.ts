/** Summarizes a training set on disk (`spillway training-set`) for drift. It has no scores. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError } from '../base/index.ts'
import { shortPath } from '../base/node/index.ts'
import { Strings } from '../columns/index.ts'
import { openInput } from '../files/index.ts'
import type { TrainingManifest } from '../replay/index.ts'
import { countNumbers, countTexts, type RowsSummary } from '../training/drift/index.ts'

const VECTOR = 'vector.'

/** Throws `SPILL_FORMAT` for a folder without a training set, or with a damaged file. */
export async function trainingSetSummary(folder: string): Promise<RowsSummary> {
  const { columns, rows, file } = manifestOf(folder)
  const inputs = columns.filter(({ name, list }) => name.startsWith(VECTOR) && !list)
  const strings = new Strings()
  const counted = inputs.map(({ name, type }) => ({ name, type, counting: type === 'string' ? countTexts(strings) : countNumbers() }))
  const input = await openInput(join(folder, file))
  for await (const { records } of input.batches(inputs.map(({ name }) => name)))
    for (const { name, type, counting } of counted) {
      const cells = records.map(record => (record as Readonly<Record<string, unknown>>)[name] ?? null)
      const values = Float64Array.from(cells, cell =>
        cell === null ? NaN : type === 'string' ? strings.idOf(cell as string) : Number(cell),
      )
      counting.add({ values, nulls: Uint8Array.from(cells, cell => Number(cell === null)) }, records.length)
    }
  return { rows, inputs: Object.fromEntries(counted.map(({ name, counting }) => [name.slice(VECTOR.length), counting.summary])) }
}

function manifestOf(folder: string): TrainingManifest {
  const path = join(folder, 'manifest.json')
  const place = shortPath(folder)
  if (!existsSync(path))
    throw new SpillwayError('SPILL_FORMAT', 'is no training set: it has no manifest.json; spillway training-set makes one', { place })
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as TrainingManifest
    if (manifest.format === 1 && Array.isArray(manifest.columns) && typeof manifest.file === 'string') return manifest
  } catch (error) {
    throw new SpillwayError('SPILL_FORMAT', `has a manifest.json that cannot be read: ${(error as Error).message}`, { place, cause: error })
  }
  throw new SpillwayError('SPILL_FORMAT', 'has a manifest.json of another format than this version of Spillway writes', { place })
}
