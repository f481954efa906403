/** Files of trees, read and written. */
import { readFileSync, writeFileSync } from 'node:fs'
import { SpillwayError } from '../base/errors.ts'
import { faultOfTrees, type TreesFile } from '../define/model/trees-file.ts'

/** Throws `SPILL_INPUT` where there is no such file, `SPILL_DATA` where it is damaged or of something else; the message names it. */
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
    throw new SpillwayError('SPILL_DATA', `is no JSON: ${(error as Error).message}`, { place: path, cause: error })
  }
  const fault = faultOfTrees(file)
  if (fault !== undefined) throw new SpillwayError('SPILL_DATA', `cannot be used: ${fault}`, { place: path })
  return file as TreesFile<Names>
}

export function writeTrees(path: string, file: TreesFile): void {
  writeFileSync(path, `${JSON.stringify(file)}\n`)
}
