/** Freshness objectives of a data folder, with the share of decisions that met them in the last hour that a run counted. */
import { join } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import { spanTitle } from '../../base/span.ts'
import { limits } from '../../base/limits.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { FRESHNESS, type StoredFreshness } from '../../run/decide/freshness.ts'
import { checkObjectiveGroups, OBJECTIVES_FILE, readObjectives, type FreshnessObjective } from '../../run/decide/objectives.ts'
import { PIPELINE } from '../../run/recovery/open-pipeline.ts'
import { formatNumber, paddedTable } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** A freshness objective with the recent decisions that met it. */
export interface ObjectiveReport extends FreshnessObjective {
  readonly group: string
  /** Counts of the hour up to `until`, UTC ms; absent if no run has counted decisions by the objectives. */
  readonly recent?: { readonly until: number; readonly decisions: number; readonly within: number }
}

/** The objectives; empty without an objectives file. `problem` describes an invalid file. */
export function readObjectiveReports(
  folder: string,
  reader: Pick<SqliteReader, 'get'>,
): { readonly objectives: readonly ObjectiveReport[]; readonly problem?: string } {
  const path = join(folder, OBJECTIVES_FILE)
  try {
    const file = readObjectives(path)
    if (!file) return { objectives: [] }
    const { ir } = JSON.parse(reader.get(PIPELINE) ?? '{}') as { ir?: PipelineIR }
    if (ir) checkObjectiveGroups(file, ir, path)
    const stored = JSON.parse(reader.get(FRESHNESS) ?? 'null') as StoredFreshness | null
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

/** The objectives as a table; empty without objectives. */
export const objectivesText = (objectives: readonly ObjectiveReport[]): string =>
  objectives.length === 0
    ? ''
    : paddedTable(
        ['feature group', 'freshness objective', `decisions within it, in ${spanTitle(limits.FRESHNESS_WINDOW_MS)}`, 'until'],
        objectives.map(({ group, age, share, recent }) => [
          group,
          `${percent(share)} within ${spanTitle(age)}`,
          recent ? attainedText(recent, share) : 'none counted yet',
          recent ? timeText(recent.until) : '',
        ]),
      )

function attainedText({ decisions, within }: { readonly decisions: number; readonly within: number }, share: number): string {
  if (decisions === 0) return 'no decision'
  const verdict = within / decisions >= share ? 'met' : 'missed'
  return `${percent(within / decisions)} of ${formatNumber(decisions)}: ${verdict}`
}

/** Never rounded up to 100 %. */
const percent = (part: number): string => `${(Math.floor(part * 10_000) / 100).toString()} %`
