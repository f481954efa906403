/**
 * Plans a repair of a data folder after a reconciliation, and makes it: as one change of a folder that no run holds, recorded in the
 * operator log. A repair notes unexplained values, rebuilds state from the log, replays dead letters and makes missing batch runs.
 */
import { computeInThreads } from '../batch/index.ts'
import { callEvery, pause, wallClock, SpillwayError } from '../base/index.ts'
import type { Pipeline } from '../define/index.ts'
import { planRepair, repairPuts, type RepairPlan } from '../reconcile/index.ts'
import { Run } from '../run/index.ts'
import { replayAll, TargetSources, type ReplayableDeadLetter } from './control/dead-letter-replay.ts'
import { changeFolder } from './folder-change.ts'
import type { FolderLog } from './folder-log.ts'
import { withFolder } from './folder.ts'

const TICK_EVERY_MS = 20
const REQUEST_MS = 2

/** The outcomes of a repair. */
export interface RepairOutcome {
  /** Dead letters that were accepted, and those that were rejected again. */
  readonly accepted: number
  readonly rejected: number
  /** Numbers of the batch runs that were made. */
  readonly runs: readonly number[]
}

/** Reconciles the folder and plans its repair. Changes nothing. A run may hold the folder. `onProgress`: a stage, and a share from 0 to 1. */
export const planFolderRepair = (
  pipeline: Pipeline,
  data: string,
  onProgress: (stage: string, share: number) => void,
): Promise<RepairPlan> => withFolder(data, ({ log }) => planRepair(pipeline, log, { clock: wallClock, onProgress }))

/**
 * Makes a planned repair.
 *
 * @throws `SPILL_BUSY` while a run holds the folder, `SPILL_CONFLICT` if a dead letter of the plan was settled since.
 */
export function repairFolder(pipeline: Pipeline, data: string, plan: RepairPlan): Promise<RepairOutcome> {
  const change = { subject: 'recorded decisions', command: 'reconcile repair', targets: 'all' } as const
  return changeFolder(data, change, async (store, reader, setDetail, path) => {
    const put = repairPuts(plan, reader, wallClock())
    if (put.length > 0) await store.commit({ put })
    const run = new Run(pipeline, { store, compute: computeInThreads(path) })
    await replayAll(run, plannedLetters(pipeline, reader, plan.letters))
    const runs = await makeBatchRuns(
      run,
      plan.runs.map(({ group }) => group),
    )
    await run.stop()
    const accepted = plan.letters.filter(id => 'outcome' in reader.deadLetters.byId(id)!).length
    setDetail(auditDetail(plan, accepted))
    return { accepted, rejected: plan.letters.length - accepted, runs }
  })
}

/** The dead letters of a plan. Throws `SPILL_CONFLICT` for one that was settled since, and as `TargetSources.require` does. */
function plannedLetters({ ir }: Pipeline, { deadLetters }: FolderLog, ids: readonly number[]): ReplayableDeadLetter[] {
  const targets = new TargetSources(ir, undefined)
  return ids.map(id => {
    const letter = deadLetters.byId(id)
    if (!letter || 'outcome' in letter)
      throw new SpillwayError('SPILL_CONFLICT', `dead letter ${id} was settled after the repair was planned; repair again`)
    return targets.require(letter)
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
