/** Contradictions between a headline or verdict and a row of the same report. Works on any report, and shares no code with the wording. */
import type { AuditSummary } from '../../src/audit/domain/summary.ts'
import type { SummaryParts } from '../../src/audit/findings/summary-parts.ts'
import type { ElementPart, Estimate, SweepLevel } from '../../src/audit/domain/element-report.ts'

const SMALL = 0.05
const DAY = 86_400_000

interface Row {
  readonly age: number
  readonly perWeek: Estimate | { readonly why: string }
}

/** The rows behind the verdicts: with retraining, or without it if there is none, at an equal volume. */
const rowsOf = ({ levels }: ElementPart): Row[] =>
  levels.map((level: SweepLevel) => ({
    age: level.age,
    perWeek: 'why' in level.withRetraining ? level.withoutRetrainingAtVolume.perWeek : level.withRetraining.perWeek,
  }))

export function contradictionsOf(report: Omit<SummaryParts, 'history'> & { readonly summary: AuditSummary }): string[] {
  const { elements, plans, utility, summary } = report
  const { retrained, now } = utility
  const baseOf = ({ levels }: ElementPart): number =>
    levels.some(({ withRetraining }) => !('why' in withRetraining)) && !('why' in retrained) ? retrained.perWeek : now.perWeek
  const contradictions: string[] = []
  const isWithin = (part: ElementPart, age: number): boolean =>
    rowsOf(part)
      .filter(row => row.age > (part.now.age?.p50 ?? 0) && row.age <= age)
      .every(({ perWeek }) => !('why' in perWeek) && -perWeek.low <= SMALL * baseOf(part))
  const isUnpriced = plans.decision === 'no dollar verdict'
  for (const part of elements) {
    contradictions.push(...misscaledRows(part, now.perWeek, 'why' in retrained ? undefined : retrained.perWeek))
    const { element, verdict, plannedThreshold, incidentThreshold } = part
    const [before, after] = [plans.now, plans.proposed].map(plan => plan.find(planned => planned.element === element)?.title)
    if (isUnpriced && before !== after && after?.startsWith('batch') && !isWithin(part, 14 * 3_600_000))
      contradictions.push(`${element} is proposed as ${after}, and a row does not bear it out`)
    if (verdict.choice.startsWith('safe') && !isWithin(part, DAY))
      contradictions.push(`${element} is said to be safe, and a row does not bear it out`)
    const kept = part.levels.find(({ title }) => verdict.choice === `keep within ${title}` || verdict.choice === `${title} or fresher`)
    if (kept && !isWithin(part, kept.age)) contradictions.push(`${element}: ${verdict.choice}, and a row does not bear it out`)
    const { within } = summary.staleness.find(row => row.element === element)!
    const oldest = typeof within === 'string' ? part.levels.find(({ title }) => title === within.replace(/ or more$/, '')) : undefined
    if (oldest && !isWithin(part, oldest.age)) contradictions.push(`${element}: within ${oldest.title}, and a row does not bear it out`)
    for (const [name, of] of Object.entries({ incidentThreshold, plannedThreshold }))
      if (!('why' in of) && of.age <= (part.now.age?.p50 ?? 0)) contradictions.push(`${element}: its ${name} is younger than it is now`)
    if (!('why' in plannedThreshold) && !('why' in incidentThreshold) && plannedThreshold.age > incidentThreshold.age)
      contradictions.push(`${element}: its target is looser than its alert`)
    if (!('why' in plannedThreshold) && !isWithin(part, plannedThreshold.age))
      contradictions.push(`${element}: a row below its planned threshold loses`)
    const why = verdict.why.includes('loses nothing') || verdict.why.includes('not shown to lose')
    if (why && rowsOf(part).every(({ perWeek }) => 'why' in perWeek))
      contradictions.push(`${element} is said to lose nothing, and no row is known`)
  }
  return contradictions
}

/**
 * Rows at an equal alert volume whose change is not the difference of the weekly values of their own figures. At the fixed threshold a
 * change may also have a charge for wrong actions.
 */
function misscaledRows({ element, levels }: ElementPart, now: number, retrained: number | undefined): string[] {
  return levels.flatMap(({ title, withoutRetrainingAtVolume, withRetraining }) =>
    Object.entries({ withoutRetrainingAtVolume, withRetraining }).flatMap(([mode, effect]) => {
      const base = mode === 'withRetraining' ? retrained : now
      if ('why' in effect || base === undefined || !('low' in effect.perWeek)) return []
      const change = effect.performance.perWeek - base
      const isSame = Math.abs(effect.perWeek.value - change) <= 1e-6 * (Math.abs(change) + Math.abs(base) + 1)
      return isSame ? [] : [`${element} at ${title}, ${mode}: changes by ${effect.perWeek.value} a week, and its figures by ${change}`]
    }),
  )
}
