/** `reconcile --repair`: prints a repair plan; with `--yes` makes the repair, and reconciles again. */
import type { Pipeline } from '../../define/index.ts'
import { planFolderRepair, repairFolder, withFolder, type RepairOutcome } from '../../operate/index.ts'
import { isEmptyRepair, type ReconcileReport, type MismatchReason, type RepairPlan } from '../../reconcile/index.ts'
import type { ProgressLine } from '../command/progress.ts'
import { sumOfReasons } from './reconcile-text.ts'
import { singleLineTexts, printJson, printText } from '../command/print.ts'
import { pluralize, formatNumber, timeText, joinLines, presentLines } from '../command/text-format.ts'

/** The options of a repair. */
interface RepairRequest {
  readonly json: boolean
  readonly yes: boolean
  readonly progress: ProgressLine
}

/** Returns 0 if nothing is left to repair, otherwise 1. */
export async function repairCommand(pipeline: Pipeline, data: string, { json, yes, progress }: RepairRequest): Promise<number> {
  const plan = await planFolderRepair(pipeline, data, progress.show)
  progress.clear()
  if (!json) printText(repairPlanText(singleLineTexts(plan)))
  if (!yes || isEmptyRepair(plan)) {
    if (json) printJson({ plan })
    return plan.report.sound && isEmptyRepair(plan) ? 0 : 1
  }
  const outcome = await repairFolder(pipeline, data, plan)
  const after = await withFolder(data, folder => folder.reconcile(pipeline, { onProgress: progress.show }))
  progress.clear()
  if (json) printJson({ plan, done: { ...outcome, after } })
  else printText(repairResultText(singleLineTexts({ ...outcome, after })))
  return after.sound ? 0 : 1
}

/** The outcomes of a repair, and the report afterwards. */
interface RepairResult extends RepairOutcome {
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
function repairPlanText(plan: RepairPlan): string {
  const unchanged = unchangedTexts(plan)
  return joinLines(
    isEmptyRepair(plan) ? 'Nothing to repair.' : ['to be repaired', ...repairTexts(plan).map(text => `  ${text}`)],
    unchanged.length > 0 && ['', 'left as it is', ...unchanged.map(text => `  ${text}`)],
  )
}

const repairTexts = ({ cells, codes, groups, letters, runs, finding }: RepairPlan): string[] =>
  presentLines(
    cells.length > 0 && `${pluralize(cells.length, 'unexplained value')}: noted as unexplained; the recorded value stays`,
    codes.map(({ model, input, fingerprint }) => `${model} ${input}, as version ${fingerprint.slice(0, 8)} of the pipeline made it: noted`),
    groups.map(group => `state of ${group}: rebuilt from the log`),
    letters.length > 0 &&
      `${pluralize(letters.length, 'dead letter')}: replayed once; those that are rejected again wait for spillway dlq edit`,
    runs.map(({ group, last, due }) => {
      const since = last === undefined ? 'there is none' : `the last is of ${timeText(last)}`
      return `batch run of ${group}: made now, since ${since} and one was due at ${timeText(due)}`
    }),
    finding !== undefined && `reconciliation ${finding}: the alert about its unexplained values ends`,
  )

function unchangedTexts({ report: { inputs, today }, otherLetters }: RepairPlan): string[] {
  const others = today.reduce((sum, { decisions }) => sum + decisions, 0)
  return presentLines(
    [...sumOfReasons(inputs.map(input => input.corrected.reasons))].flatMap(([reason, count]) =>
      leftAsIs[reason] ? [`${pluralize(count, 'value')}: ${reason}: ${leftAsIs[reason]}`] : [],
    ),
    others > 0 && `${pluralize(others, 'decision')} would have a different score today: nothing is decided or sent again`,
    otherLetters > 0 &&
      `${pluralize(otherLetters, 'dead letter')}: rejected when replayed, or of a source that is not in the pipeline: use spillway dlq edit or drop`,
  )
}

/** The repairs that were made, and the verdict of the second comparison. */
function repairResultText({ accepted, rejected, runs, after }: RepairResult): string {
  const mismatches = after.inputs.reduce((sum, input) => sum + input.recorded.oneAbsent + input.recorded.different, 0)
  const verdict = after.sound
    ? 'compared again: sound'
    : `compared again: NOT SOUND, ${pluralize(mismatches, 'recorded value')} still ${mismatches === 1 ? 'does' : 'do'} not match SQL`
  const lines = presentLines(
    accepted + rejected > 0 && `${pluralize(accepted, 'dead letter')} accepted, ${formatNumber(rejected)} rejected again`,
    runs.length > 0 && `${runs.length === 1 ? 'batch run' : 'batch runs'} ${runs.join(', ')} made`,
    verdict,
  )
  return ['', 'repaired', ...lines.map(text => `  ${text}`)].join('\n')
}
