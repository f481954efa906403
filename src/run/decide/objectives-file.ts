/** The file of freshness objectives of a data folder, as a run follows it: read at the start, and again when it changes. Costs one look at the file's time each time it is asked. */
import { statSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { checkGroups, readObjectives, type Objectives } from './objectives.ts'

export class ObjectivesFile {
  readonly #path: string
  readonly #ir: PipelineIR
  #version: string
  #groups: Objectives['groups']

  /** Throws `SPILL_DATA` for a file that is malformed, or names a feature group that the pipeline does not have. */
  constructor(path: string, ir: PipelineIR) {
    this.#path = path
    this.#ir = ir
    this.#version = versionOf(path)
    this.#groups = objectivesAt(path, ir)
  }

  /** Empty where there is no file. */
  get groups(): Objectives['groups'] {
    return this.#groups
  }

  /** Reads the file again if it has changed. Returns the problem of a file that cannot be used, in words: the objectives from before go on. */
  reread(): { readonly isNew: boolean; readonly problem?: string } {
    const version = versionOf(this.#path)
    if (version === this.#version) return { isNew: false }
    this.#version = version
    try {
      this.#groups = objectivesAt(this.#path, this.#ir)
      return { isNew: true }
    } catch (error) {
      if (!(error instanceof SpillwayError)) throw error
      return { isNew: false, problem: error.message }
    }
  }
}

/** The objectives of a file, by feature group; none without it. Throws `SPILL_DATA` for a file that is malformed, or names a feature group that the pipeline does not have. */
export function objectivesAt(path: string, ir: PipelineIR): Objectives['groups'] {
  const objectives = readObjectives(path)
  if (objectives) checkGroups(objectives, ir, path)
  return objectives?.groups ?? {}
}

/** Another where the file is another: it is written whole, under a new inode. */
function versionOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true })
  return found ? `${found.mtimeNs} ${found.size} ${found.ino}` : 'none'
}
