/** Freshness objectives of a data folder, with the share of decisions that met them in the last hour that a run counted. */
import { join } from 'node:path'
import { SpillwayError } from '../base/index.ts'
import type { StoredLog } from '../log/index.ts'
import {
  FRESHNESS,
  type StoredFreshness,
  checkObjectiveGroups,
  OBJECTIVES_FILE,
  readObjectives,
  type FreshnessObjective,
} from '../run/decide/index.ts'
import { lastPipeline } from './last-pipeline.ts'

/** A freshness objective with the recent decisions that met it. */
export interface ObjectiveReport extends FreshnessObjective {
  readonly group: string
  /** Counts of the hour up to `until`, UTC ms; absent if no run has counted decisions by the objectives. */
  readonly recent?: { readonly until: number; readonly decisions: number; readonly within: number }
}

/** The objectives of a folder; empty without an objectives file. */
export interface ObjectiveReports {
  readonly objectives: readonly ObjectiveReport[]
  /** The problem of an invalid file. */
  readonly problem?: string
}

/** The objectives of a folder. */
export function readObjectiveReports(folder: string, log: Pick<StoredLog, 'get'>): ObjectiveReports {
  const path = join(folder, OBJECTIVES_FILE)
  try {
    const file = readObjectives(path)
    if (!file) return { objectives: [] }
    const pipeline = lastPipeline(log)
    if (pipeline) checkObjectiveGroups(file, pipeline.ir, path)
    const stored = JSON.parse(log.get(FRESHNESS) ?? 'null') as StoredFreshness | null
    const objectives = Object.entries(file.groups).map(([group, objective]): ObjectiveReport => {
      const counts = stored?.groups[group]
      return { group, ...objective, ...(counts && { recent: { until: stored.at, ...counts } }) }
    })
    return { objectives }
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    return { objectives: [], problem: error.message.slice(path.length + 1) }
  }
}
