/** `reconcile --repair`: prints a repair plan; with `--yes` executes it, as an audited change to the folder, and reconciles again. */
import { computeInThreads } from '../../batch/index.ts'
import { callEvery, pause, wallClock, SpillwayError, type StrictOmit } from '../../base/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { DeadLetterRecipient, type SendableDeadLetter, sendAll } from '../../operate/control/index.ts'
import { changeFolder, withFolder, type FolderLog } from '../../operate/index.ts'
import { isEmptyRepair, planRepair, repairPuts, type RepairPlan, reconcile } from '../../reconcile/index.ts'
import { Run } from '../../run/index.ts'
import { repairResultText, repairPlanText, type RepairResult } from './repair-text.ts'
import { singleLineTexts, printJson, printText } from '../command/print.ts'

const TICK_EVERY_MS = 20
const REQUEST_MS = 2

/** The options of a repair, with callbacks for progress. */
export interface RepairRequest {
  readonly json: boolean
  readonly yes: boolean
  readonly onProgress: (stage: string, share: number) => void
  /** Called when a stage with progress has ended. */
  readonly onStageEnd: () => void
}

/** Returns 0 if nothing is left to repair, otherwise 1. */
export async function repairFolder(
  pipeline: Pipeline,
  data: string,
  { json, yes, onProgress, onStageEnd: done }: RepairRequest,
): Promise<number> {
  const plan = await withFolder(data, ({ log }) => planRepair(pipeline, log, { clock: wallClock, onProgress }))
  done()
  if (!json) printText(repairPlanText(singleLineTexts(plan)))
  if (!yes || isEmptyRepair(plan)) {
    if (json) printJson({ plan })
    return plan.report.sound && isEmptyRepair(plan) ? 0 : 1
  }
  const result = await repair(pipeline, data, plan)
  const after = await withFolder(data, ({ log }) => reconcile(pipeline, log, { onProgress }))
  done()
  if (json) printJson({ plan, done: { ...result, after } })
  else printText(repairResultText(singleLineTexts({ ...result, after })))
  return after.sound ? 0 : 1
}

function repair(pipeline: Pipeline, data: string, plan: RepairPlan): Promise<StrictOmit<RepairResult, 'after'>> {
  const change = { subject: 'recorded decisions', command: 'reconcile repair', targets: 'all' } as const
  return changeFolder(data, change, async (store, reader, setDetail, path) => {
    const put = repairPuts(plan, reader, wallClock())
    if (put.length > 0) await store.commit({ put })
    const run = new Run(pipeline, { store, compute: computeInThreads(path) })
    await sendAll(run, plannedLetters(pipeline, reader, plan.letters))
    const runs = await makeBatchRuns(
      run,
      plan.runs.map(({ group }) => group),
    )
    await run.stop()
    const accepted = plan.letters.filter(id => 'outcome' in reader.deadLetters.byId(id)!).length
    setDetail(auditDetail(plan, accepted))
    return { accepted, refused: plan.letters.length - accepted, runs }
  })
}

/** The dead letters of a plan. Throws `SPILL_CONFLICT` for one that was settled since, and as `DeadLetterRecipient.require` does. */
function plannedLetters({ ir }: Pipeline, { deadLetters }: FolderLog, ids: readonly number[]): SendableDeadLetter[] {
  const recipient = new DeadLetterRecipient(ir, undefined)
  return ids.map(id => {
    const letter = deadLetters.byId(id)
    if (!letter || 'outcome' in letter)
      throw new SpillwayError('SPILL_CONFLICT', `dead letter ${id} was settled after the repair was planned; repair again`)
    return recipient.require(letter)
  })
}

/** Makes one batch run of each group. Returns the numbers of the runs. */
async function makeBatchRuns(run: Run, groups: readonly string[]): Promise<number[]> {
  const requested = Promise.all(groups.map(group => run.batch(group)))
  // A requested run starts once its time has passed, before runs that are due by the schedule.
  await Promise.race([requested, pause(REQUEST_MS)])
  const ticking = callEvery(TICK_EVERY_MS, () => run.tick())
  try {
    return (await requested).map(({ number }) => number)
  } finally {
    ticking.stop()
  }
}

/** The detail for the audit log: counts and names, no data from records. */
const auditDetail = ({ cells, codes, groups, letters, runs }: RepairPlan, accepted: number): string =>
  [
    `${cells.length} values and ${codes.length} inputs of other versions noted`,
    `state rebuilt: ${groups.join(', ') || 'none'}`,
    `${accepted} of ${letters.length} dead letters accepted`,
    `runs made: ${runs.map(({ group }) => group).join(', ') || 'none'}`,
  ].join('; ')
