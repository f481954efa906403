/** Reads and writes files of trees. */
import { readFileSync, writeFileSync } from 'node:fs'
import { SpillwayError } from '../base/index.ts'
import { findTreesFault, type TreesFile } from '../define/model/index.ts'

/**
 * Reads and validates a file of trees.
 *
 * @throws `SPILL_INPUT` for a missing file, `SPILL_DATA` for a damaged or foreign file; the message names it.
 * @example
 *   const file = readTrees('model.json')
 */
export function readTrees<Names extends string = string>(path: string): TreesFile<Names> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `cannot be read: ${(error as Error).message}`, { place: path, cause: error })
  }
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (error) {
    throw new SpillwayError('SPILL_DATA', `is not valid JSON: ${(error as Error).message}`, { place: path, cause: error })
  }
  const fault = findTreesFault(file)
  if (fault !== undefined) throw new SpillwayError('SPILL_DATA', `cannot be used: ${fault}`, { place: path })
  return file as TreesFile<Names>
}

/**
 * Writes a file of trees, as `trees` reads it.
 * @example
 *   writeTrees('model.json', fit.file)
 */
export function writeTrees(path: string, file: TreesFile): void {
  writeFileSync(path, `${JSON.stringify(file)}\n`)
}
