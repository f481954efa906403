/** Changes between two audits of one model: the recommendation, settings and verdicts, and losses whose intervals do not overlap. */
import type { AuditReport } from '../domain/audit-report.ts'
import { changeIntervalText, isAvailable } from '../domain/figures.ts'
import type { StalenessRow } from '../domain/summary.ts'
import { choiceText } from './report-text.ts'

/** One change, in words. */
export interface ReportChange {
  /** `recommendation`, or the name of a feature group or a stage. */
  readonly name: string
  readonly text: string
}

/** The changes since an earlier report. */
export interface ReportChanges {
  /** The time at which the earlier report was written, UTC ms. */
  readonly since: number
  /** The recommendation first, then by element; empty if nothing changed. */
  readonly changes: readonly ReportChange[]
}

/**
 * Compares two reports of the same pipeline and model; undefined for reports of others.
 *
 * A loss counts as changed where both reports have the same level and their 95 % intervals do not overlap. Overlapping intervals may still
 * differ: this names what is sure.
 */
export function reportChanges(before: AuditReport, after: AuditReport): readonly ReportChange[] | undefined {
  if (before.pipeline !== after.pipeline || before.model !== after.model) return undefined
  const [was, is] = [before.summary, after.summary]
  const earlier = new Map(was.staleness.map(row => [row.element, row]))
  const present = new Set(is.staleness.map(({ element }) => element))
  return [
    ...(was.recommendation === is.recommendation
      ? []
      : [{ name: 'recommendation', text: `${is.recommendation} Before: ${was.recommendation}` }]),
    ...is.staleness.flatMap(row => {
      const match = earlier.get(row.element)
      return match ? rowChanges(match, row) : [{ name: row.name, text: `is new: ${choiceText(row)}` }]
    }),
    ...was.staleness.filter(({ element }) => !present.has(element)).map(({ name }) => ({ name, text: 'is no longer in the report' })),
  ]
}

function rowChanges(before: StalenessRow, after: StalenessRow): ReportChange[] {
  const texts = [
    difference('runs', before.now, after.now),
    difference('verdict', choiceText(before), choiceText(after)),
    ...lossChanges(before, after),
  ]
  return texts.flatMap(text => (text === undefined ? [] : [{ name: after.name, text }]))
}

const difference = (label: string, before: string, after: string): string | undefined =>
  before === after ? undefined : `${label}: ${after}; before: ${before}`

/** Levels of both reports whose intervals do not overlap. */
function lossChanges(before: StalenessRow, after: StalenessRow): string[] {
  if (before.mode !== after.mode) return []
  return after.levels.flatMap(level => {
    const match = before.levels.find(({ title }) => title === level.title)
    if (!match || !isAvailable(match.change) || !isAvailable(level.change)) return []
    const [was, is] = [match.change.share, level.change.share]
    if (was.low <= is.high && is.low <= was.high) return []
    return [`at ${level.title}: ${changeIntervalText(is)}; before: ${changeIntervalText(was)}`]
  })
}
