/** Loads the user's pipeline file. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SpillwayError } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { isSpillwayError } from './command.ts'
import { pipelineLoadError } from './load-error.ts'

/** Imports a user's file and returns its default export, a pipeline. Throws `SPILL_FILE`, or the errors of the file's definitions. */
export async function importPipeline(path: string): Promise<Pipeline> {
  const file = resolve(path)
  const name = shortPath(file)
  if (!existsSync(file)) throw new SpillwayError('SPILL_FILE', 'does not exist; name the pipeline file', { place: name })
  let exports: Readonly<Record<string, unknown>>
  try {
    exports = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw isSpillwayError(error) ? error : pipelineLoadError(name, error)
  }
  const pipeline = exports['default']
  if (!isPipeline(pipeline))
    throw new SpillwayError(
      'SPILL_DEFINITION',
      `has no pipeline as its default export; end it with: export default pipeline('…', [model])`,
      {
        place: name,
      },
    )
  return pipeline
}

/** Compares by shape, not by class: the file may have loaded a different copy of Spillway. */
function isPipeline(value: unknown): value is Pipeline {
  const candidate = value as Partial<Pipeline> | null | undefined
  return typeof candidate === 'object' && candidate !== null && candidate.maps instanceof Map && typeof candidate.ir?.version === 'number'
}
