/** When the batch runs of a feature group are due, and how late a result may be. */
import { limits } from '../base/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { scheduleCursor, scheduledTimes } from '../kernel/index.ts'
import { groupCode } from './group-definition.ts'
import { type BatchRunRecord, runInUse } from './ledger.ts'

/** The due times of a group with batch runs. Times are UTC ms. */
export interface BatchRunDue {
  readonly group: string
  /** The last due time; absent before the first. */
  readonly due?: number
  /** The next due time; absent for a schedule that ends. */
  readonly next?: number
  /** Time after `due` from which a result that is not in use is overdue, ms. */
  readonly allowedMs: number
  /** Is the result of the last due time overdue? Not for a group that has never begun a run. */
  readonly isOverdue: boolean
}

/** Batch runs of a feature group's present definition, at one time. Times are UTC ms. */
interface OwnRuns {
  /** The newest; absent before the first. */
  readonly last?: BatchRunRecord
  /** The one whose result is in use; absent while that of another definition was swapped in last. */
  readonly used?: BatchRunRecord
  readonly allowedMs: number
  /** The newest due time whose result is overdue. */
  readonly overdue?: number
}

/**
 * Returns the batch runs of a group's present definition out of its ledger, the oldest first; `undefined` for a group without batch runs. A
 * group that has never begun a run has none that is overdue.
 */
export function ownBatchRunsOf(group: GroupIR, source: SourceIR): ((runs: readonly BatchRunRecord[], now: number) => OwnRuns) | undefined {
  const { name, place } = group
  if (place.kind !== 'batch' && place.kind !== 'hybrid') return undefined
  const lasts = place.kind === 'batch' ? place.lasts : undefined
  const code = groupCode(group, source)
  const dueAt = scheduleCursor(place.schedule)
  return (runs, now) => {
    const own = runs.filter(run => run.group === name && run.code === code)
    const last = own.at(-1)
    const used = runInUse(runs, name, code)
    const allowedMs = allowance(lasts, own)
    const due = dueAt(now - allowedMs)
    const isOverdue = last !== undefined && due > (used?.s ?? -Infinity)
    return { ...(last && { last }), ...(used && { used }), allowedMs, ...(isOverdue && { overdue: due }) }
  }
}

/**
 * Time after a due time within which the result must be in use, ms: the greatest duration that the definition states, otherwise twice the longest
 * finished run and at least `BATCH_RUN_USUAL_MS_MIN`; and `BATCH_RUN_GRACE_MS` more. `runs`: those of the present definition.
 */
function allowance(lasts: number | undefined, runs: readonly BatchRunRecord[]): number {
  const durations = runs.flatMap(({ state, began, ended }) => (state === 'done' && ended !== undefined ? [2 * (ended - began)] : []))
  return (lasts ?? Math.max(limits.BATCH_RUN_USUAL_MS_MIN, ...durations)) + limits.BATCH_RUN_GRACE_MS
}

/** Returns the due times of a group from the batch runs of its ledger, the oldest first; `undefined` for a group without batch runs. */
export function batchRunDueOf(
  group: GroupIR,
  source: SourceIR,
): ((runs: readonly BatchRunRecord[], now: number) => BatchRunDue) | undefined {
  const { name, place } = group
  const ownRuns = ownBatchRunsOf(group, source)
  if (!ownRuns || (place.kind !== 'batch' && place.kind !== 'hybrid')) return undefined
  const { schedule } = place
  const dueAt = scheduleCursor(schedule)
  return (runs, now) => {
    const { allowedMs, overdue } = ownRuns(runs, now)
    const due = dueAt(now)
    const next = scheduledTimes(schedule, now + 1, Infinity).next().value
    return {
      group: name,
      ...(due > -Infinity && { due }),
      ...(next !== undefined && { next }),
      allowedMs,
      isOverdue: overdue !== undefined,
    }
  }
}
