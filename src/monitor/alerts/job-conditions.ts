/**
 * Conditions of the jobs of a run, from their ledgers: overdue batch runs, drift, failed trainings and reports, unexplained mismatches.
 *
 * Ledgers are read once a minute: some hundred small records.
 */
import { durationText, limits } from '../../base/index.ts'
import { batchRunsIn, reportRunsIn } from '../../batch/index.ts'
import type { GroupIR, PipelineIR } from '../../define/ir/index.ts'
import { scheduleCursor } from '../../kernel/index.ts'
import type { NamedValues } from '../../log/index.ts'
import { lastReconciliation } from '../../reconcile/index.ts'
import { driftStateOf, versionsOf } from '../../training/registry/index.ts'
import type { ConditionGuard } from './condition-guard.ts'
import type { AlertCondition } from './conditions.ts'

type JobsIR = Pick<PipelineIR, 'name' | 'groups' | 'models' | 'reports'>

/** A feature group with batch runs. */
interface ScheduledGroup {
  readonly name: string
  /** Decisions read its batch results alone. */
  readonly isBatch: boolean
  readonly lasts: number
  readonly dueAt: (t: number) => number
}

export class JobConditions {
  readonly #ir: JobsIR
  readonly #store: NamedValues
  readonly #groups: readonly ScheduledGroup[]
  /** Batch runs that were missed while nothing ran are made after the start. */
  readonly #started: number
  readonly #guard: Pick<ConditionGuard, 'read'>
  #readAt = -Infinity
  #conditions: readonly AlertCondition[] = []

  /** `started`: start of the run, UTC ms. */
  constructor(ir: JobsIR, store: NamedValues, started: number, guard: Pick<ConditionGuard, 'read'>) {
    this.#guard = guard
    this.#ir = ir
    this.#store = store
    this.#started = started
    this.#groups = ir.groups.flatMap(scheduledGroup)
  }

  /** The conditions at `now`, UTC ms; times do not decrease. */
  at(now: number): readonly AlertCondition[] {
    if (now - this.#readAt < limits.ALERT_JOBS_EVERY_MS) return this.#conditions
    this.#readAt = now
    this.#conditions = [
      ...this.#guard.read('the batch runs', () => this.#batchRuns(now)),
      ...this.#guard.read('the models', () => this.#models()),
      ...this.#guard.read('the reports', () => this.#reports()),
      ...this.#guard.read('the reconciliations', () => this.#reconciliation()),
    ]
    return this.#conditions
  }

  #batchRuns(now: number): AlertCondition[] {
    if (this.#groups.length === 0) return []
    const runs = batchRunsIn(this.#store)
    return this.#groups.flatMap(({ name, isBatch, lasts, dueAt }): AlertCondition[] => {
      const ofGroup = runs.filter(({ group }) => group === name)
      const used = ofGroup.findLast(({ swapped }) => swapped !== undefined)
      const due = dueAt(now - lasts - limits.BATCH_RUN_GRACE_MS)
      if (!(due > (used?.s ?? -Infinity)) || now - this.#started < lasts + limits.BATCH_RUN_GRACE_MS) return []
      const failure = ofGroup.at(-1)?.error
      const overdue = durationText(Math.floor((now - due) / 60_000) * 60_000)
      const problem = failure === undefined ? 'is not in use' : `failed: ${failure}`
      const summary = `the batch run of group '${name}' that was due ${overdue} ago ${problem}`
      return [{ cause: 'batch-run', subject: { kind: 'group', name }, severity: isBatch ? 'page' : 'ticket', summary }]
    })
  }

  #models(): AlertCondition[] {
    return this.#ir.models.flatMap(({ name, train }): AlertCondition[] => {
      if (!train) return []
      const subject = { kind: 'model', name } as const
      const because = driftStateOf(this.#store, name)?.because
      const last = versionsOf(this.#store, name).at(-1)
      return [
        ...(because === undefined
          ? []
          : [{ cause: 'drift', subject, severity: 'ticket', summary: `model '${name}' drifts: ${because}` } as const]),
        ...(last?.state === 'failed'
          ? [
              {
                cause: 'training',
                subject,
                severity: 'ticket',
                summary: `the last training of model '${name}' failed: ${last.error ?? ''}`,
              } as const,
            ]
          : []),
      ]
    })
  }

  #reports(): AlertCondition[] {
    const { reports = [] } = this.#ir
    if (reports.length === 0) return []
    const runs = reportRunsIn(this.#store)
    return reports.flatMap(({ name }): AlertCondition[] => {
      const last = runs.findLast(({ report }) => report === name)
      if (last?.state !== 'failed') return []
      return [
        { cause: 'report', subject: { kind: 'report', name }, severity: 'ticket', summary: `report '${name}' failed: ${last.error ?? ''}` },
      ]
    })
  }

  #reconciliation(): AlertCondition[] {
    const { done, number } = lastReconciliation(this.#store) ?? {}
    if (!done || done.unexplained === 0) return []
    const summary = `reconciliation ${number} found ${done.unexplained} mismatches without a known cause`
    return [{ cause: 'reconciliation', subject: { kind: 'pipeline', name: this.#ir.name }, severity: 'page', summary }]
  }
}

function scheduledGroup({ name, place }: GroupIR): ScheduledGroup[] {
  if (place.kind !== 'batch' && place.kind !== 'hybrid') return []
  const isBatch = place.kind === 'batch'
  return [{ name, isBatch, lasts: place.kind === 'batch' ? place.lasts : 0, dueAt: scheduleCursor(place.schedule) }]
}
