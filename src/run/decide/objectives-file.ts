/** The file of freshness objectives of a data folder: loaded at the start, and again after a change. Costs one `stat` for each check. */
import { statSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { checkObjectiveGroups, readObjectives, type Objectives } from './objectives.ts'

export class ObjectivesFile {
  readonly #path: string
  readonly #ir: PipelineIR
  #version: string
  #groups: Objectives['groups']

  /** Loads the file. Throws `SPILL_DATA` if it is malformed, or names an unknown feature group. */
  constructor(path: string, ir: PipelineIR) {
    this.#path = path
    this.#ir = ir
    this.#version = versionOf(path)
    this.#groups = objectivesAt(path, ir)
  }

  /** The objectives by feature group; empty without a file. */
  get groups(): Objectives['groups'] {
    return this.#groups
  }

  /** Reloads the file if it has changed. Returns the problem if the file is invalid; the previous objectives then stay in force. */
  reload(): { readonly isNew: boolean; readonly problem?: string } {
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

/**
 * The objectives of a file, by feature group; empty without a file. Throws `SPILL_DATA` if the file is malformed, or names an unknown
 * feature group.
 */
export function objectivesAt(path: string, ir: PipelineIR): Objectives['groups'] {
  const objectives = readObjectives(path)
  if (objectives) checkObjectiveGroups(objectives, ir, path)
  return objectives?.groups ?? {}
}

/** The identity of a file version: the file is replaced whole, so its inode changes. */
function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats ? `${stats.mtimeNs} ${stats.size} ${stats.ino}` : 'none'
}
