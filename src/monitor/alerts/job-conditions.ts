/**
 * Conditions of the jobs of a run, from their ledgers: overdue batch runs, drift, failed trainings and reports, unexplained mismatches.
 *
 * Ledgers are read once a minute: some hundred small records.
 */
import { definitionOf, limits, spanTitle } from '../../base/index.ts'
import { batchRunsIn, ownBatchRunsOf, reportRunsIn } from '../../batch/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { NamedValues } from '../../log/index.ts'
import { lastReconciliation } from '../../reconcile/index.ts'
import { driftStateOf, versionsOf } from '../../training/registry/index.ts'
import type { ConditionGuard } from './condition-guard.ts'
import type { AlertCondition } from './conditions.ts'
import type { ConditionKey } from './reach.ts'

type JobsIR = Pick<PipelineIR, 'name' | 'sources' | 'groups' | 'models' | 'reports'>

/** A feature group with batch runs. */
interface ScheduledGroup {
  readonly name: string
  /** Decisions read its batch results alone. */
  readonly isBatch: boolean
  readonly ownRuns: NonNullable<ReturnType<typeof ownBatchRunsOf>>
}

/** The conditions of jobs at one time. */
interface JudgedJobs {
  readonly conditions: readonly AlertCondition[]
  /** Conditions that may hold: their alerts neither open nor resolve. */
  readonly unknown: readonly ConditionKey[]
  /** Groups that are placed batch and have no result yet: the age of their values is infinite, which is no news. */
  readonly empty: ReadonlySet<string>
}

export class JobConditions {
  readonly #ir: JobsIR
  readonly #store: NamedValues
  readonly #groups: readonly ScheduledGroup[]
  /** Batch runs that were missed while nothing ran are made after the start. */
  #started: number
  readonly #guard: Pick<ConditionGuard, 'read'>
  #readAt = -Infinity
  #judged: JudgedJobs = { conditions: [], unknown: [], empty: new Set() }

  /** `started`: start of the run, UTC ms. */
  constructor(ir: JobsIR, store: NamedValues, started: number, guard: Pick<ConditionGuard, 'read'>) {
    this.#guard = guard
    this.#ir = ir
    this.#store = store
    this.#started = started
    this.#groups = ir.groups.flatMap((group): ScheduledGroup[] => {
      const ownRuns = ownBatchRunsOf(group, definitionOf(ir.sources, group.source))
      return ownRuns ? [{ name: group.name, isBatch: group.place.kind === 'batch', ownRuns }] : []
    })
  }

  /** Begins again as after a start: the machine slept, or its clock was set. */
  restart(now: number): void {
    this.#started = now
    this.#readAt = -Infinity
  }

  /** When each group that is placed batch had its first result, UTC ms; Infinity without one. Absent if the ledger has forgotten it. */
  firstResults(): ReadonlyMap<string, number> {
    const batchGroups = this.#groups.filter(({ isBatch }) => isBatch)
    if (batchGroups.length === 0) return new Map()
    const byGroup = Map.groupBy(batchRunsIn(this.#store), ({ group }) => group)
    return new Map(
      batchGroups.flatMap(({ name }): [string, number][] => {
        const runs = byGroup.get(name) ?? []
        if (runs.length >= limits.BATCH_RUNS_KEPT) return []
        return [[name, Math.min(...runs.map(({ swappedAt = Infinity }) => swappedAt))]]
      }),
    )
  }

  /** The conditions at `now`, UTC ms; times do not decrease between two restarts. */
  at(now: number): JudgedJobs {
    if (now - this.#readAt < limits.ALERT_JOBS_EVERY_MS) return this.#judged
    this.#readAt = now
    const judged = { unknown: [] as ConditionKey[], empty: new Set<string>() }
    const conditions = [
      ...this.#guard.read('the batch runs', ['batch-run'], () => this.#batchRuns(now, judged)),
      ...this.#guard.read('the models', ['drift', 'training'], () => this.#models(now, judged)),
      ...this.#guard.read('the reports', ['report'], () => this.#reports()),
      ...this.#guard.read('the reconciliations', ['reconciliation'], () => this.#reconciliation()),
    ]
    this.#judged = { conditions, ...judged }
    return this.#judged
  }

  #batchRuns(now: number, { unknown, empty }: { readonly unknown: ConditionKey[]; readonly empty: Set<string> }): AlertCondition[] {
    if (this.#groups.length === 0) return []
    const runs = batchRunsIn(this.#store)
    return this.#groups.flatMap(({ name, isBatch, ownRuns }): AlertCondition[] => {
      const { last, used, allowedMs, overdue } = ownRuns(runs, now)
      if (isBatch && !used) empty.add(name)
      if (!last || overdue === undefined) return []
      const subject = { kind: 'group', name } as const
      // The first run begins with the first events, however long ago it was due.
      const began = Math.max(this.#started, used || last.state !== 'running' ? -Infinity : last.began)
      if (now - began < allowedMs) {
        unknown.push({ cause: 'batch-run', subject })
        return []
      }
      const late = spanTitle(Math.floor((now - overdue) / 60_000) * 60_000)
      const problem = last.error !== undefined ? `failed: ${last.error}` : last.state === 'running' ? 'still runs' : 'is not in use'
      const summary = `the batch run of group '${name}' that was due ${late} ago ${problem}`
      return [{ cause: 'batch-run', subject, severity: isBatch ? 'page' : 'ticket', summary, began: overdue }]
    })
  }

  #models(now: number, { unknown }: { readonly unknown: ConditionKey[] }): AlertCondition[] {
    return this.#ir.models.flatMap(({ name, train }): AlertCondition[] => {
      if (!train) return []
      const subject = { kind: 'model', name } as const
      const { because, silent, restsUntil = -Infinity } = driftStateOf(this.#store, name) ?? {}
      // A check that could compare nothing says neither that the model drifts on nor that it does not, and neither does one soon after a
      // training: the shift enters what is compared day by day.
      if (because === undefined && (silent !== undefined || now < restsUntil)) unknown.push({ cause: 'drift', subject })
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
