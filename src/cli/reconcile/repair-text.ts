/** The plan and the result of a repair as text. */
import type { RepairOutcome } from '../../operate/index.ts'
import { type ReconcileReport, type MismatchReason, isEmptyRepair, type RepairPlan } from '../../reconcile/index.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** The outcomes of a repair, and the report afterwards. */
export interface RepairResult extends RepairOutcome {
  readonly after: ReconcileReport
}

/** Mismatches that are not faults, with the reasons to leave them. */
const asKnown = 'the decisions were right as of their time'
const leftAsIs: Readonly<Partial<Record<MismatchReason, string>>> = {
  late: asKnown,
  duplicate: asKnown,
  'dead letter': asKnown,
  revision: asKnown,
  'stale batch': 'the decisions were right by their placements',
}

/** The repairs, and the mismatches that stay. */
export function repairPlanText(plan: RepairPlan): string {
  const repairs = [...noteTexts(plan), ...stateTexts(plan), ...letterTexts(plan), ...runTexts(plan)]
  const unchanged = [...leftTexts(plan.report), ...waitingTexts(plan)]
  return [
    ...(isEmptyRepair(plan) ? ['Nothing to repair.'] : ['to be repaired', ...repairs.map(text => `  ${text}`)]),
    ...(unchanged.length > 0 ? ['', 'left as it is', ...unchanged.map(text => `  ${text}`)] : []),
  ].join('\n')
}

function noteTexts({ cells, codes }: RepairPlan): string[] {
  return [
    ...(cells.length > 0 ? [`${pluralize(cells.length, 'unexplained value')}: noted as unexplained; the recorded value stays`] : []),
    ...codes.map(
      ({ model, input, fingerprint }) => `${model} ${input}, as version ${fingerprint.slice(0, 8)} of the pipeline made it: noted`,
    ),
  ]
}

const stateTexts = ({ groups }: RepairPlan): string[] => groups.map(group => `state of ${group}: rebuilt from the log`)

function letterTexts({ letters }: RepairPlan): string[] {
  return letters.length > 0
    ? [`${pluralize(letters.length, 'dead letter')}: sent again once; those that are rejected again wait for spillway dlq edit`]
    : []
}

const runTexts = ({ runs }: RepairPlan): string[] =>
  runs.map(({ group, last, due }) => {
    const since = last === undefined ? 'there is none' : `the last is of ${timeText(last)}`
    return `batch run of ${group}: made now, since ${since} and one was due at ${timeText(due)}`
  })

function leftTexts({ inputs, today }: ReconcileReport): string[] {
  const reasons = inputs.flatMap(input => Object.entries(input.corrected.reasons)) as [MismatchReason, number][]
  const sums = new Map<MismatchReason, number>()
  for (const [reason, count] of reasons) sums.set(reason, (sums.get(reason) ?? 0) + count)
  const others = today.reduce((sum, { decisions }) => sum + decisions, 0)
  return [
    ...[...sums].flatMap(([reason, count]) => (leftAsIs[reason] ? [`${pluralize(count, 'value')}: ${reason}: ${leftAsIs[reason]}`] : [])),
    ...(others > 0 ? [`${pluralize(others, 'decision')} would have a different score today: nothing is decided or sent again`] : []),
  ]
}

const waitingTexts = ({ otherLetters: letters }: RepairPlan): string[] =>
  letters > 0
    ? [
        `${pluralize(letters, 'dead letter')}: rejected when sent again, or of a source that is not in the pipeline: use spillway dlq edit or drop`,
      ]
    : []

/** The repairs that were made, and the verdict of the second comparison. */
export function repairResultText({ accepted, rejected, runs, after }: RepairResult): string {
  const mismatches = after.inputs.reduce((sum, input) => sum + input.recorded.oneAbsent + input.recorded.different, 0)
  const letters =
    accepted + rejected > 0 ? [`${pluralize(accepted, 'dead letter')} accepted, ${formatNumber(rejected)} rejected again`] : []
  const batchRuns = runs.length > 0 ? [`${runs.length === 1 ? 'batch run' : 'batch runs'} ${runs.join(', ')} made`] : []
  const verdict = after.sound
    ? 'compared again: sound'
    : `compared again: NOT SOUND, ${pluralize(mismatches, 'recorded value')} still ${mismatches === 1 ? 'does' : 'do'} not match SQL`
  return ['', 'repaired', ...[...letters, ...batchRuns, verdict].map(text => `  ${text}`)].join('\n')
}
