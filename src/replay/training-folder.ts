/**
 * Writes a training set as a folder: `rows.parquet` and `manifest.json`. The manifest is written last, so a folder without one is no
 * training set.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../base/node/index.ts'
import { fileError, systemError, openOutputTable } from '../files/index.ts'
import { RowHash } from './row-hash.ts'
import type { TrainingManifest, TrainingOrigin } from './training-manifest.ts'
import type { TrainingSet } from './training-set.ts'

const ROWS = 'rows.parquet'
const MANIFEST = 'manifest.json'

/** Writes a training set. Throws `SPILL_FILE` if the folder cannot be written. After any error the folder has no manifest. */
export async function writeTrainingSet(
  folder: string,
  { columns, strings, batches }: TrainingSet,
  origin: () => TrainingOrigin,
  onProgress?: (share: number) => void,
): Promise<TrainingManifest> {
  begin(folder)
  const table = await openOutputTable(join(folder, ROWS), columns, strings)
  const hash = new RowHash(columns, strings)
  let rows = 0
  try {
    for (const { length, columns: values, done } of batches) {
      hash.add(length, values)
      await table.write(length, values)
      rows += length
      onProgress?.(done)
    }
    await table.close()
  } catch (error) {
    await table.discard()
    throw error
  }
  const manifest: TrainingManifest = { format: 1, file: ROWS, rows, sha256: hash.digest(), columns, ...origin() }
  end(folder, manifest)
  return manifest
}

/** Creates the folder, and removes the manifest of an earlier set. */
function begin(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    rmSync(join(folder, MANIFEST), { force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(folder, error)
  }
}

function end(folder: string, manifest: TrainingManifest): void {
  const path = join(folder, MANIFEST)
  try {
    writeAtomically(path, `${JSON.stringify(manifest, null, 2)}\n`)
  } catch (error) {
    throw systemError(path, error)
  }
}
