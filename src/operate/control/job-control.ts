/** Cancels jobs of a run: batch runs, reports, trainings, and scheduled reconciliations. */
import { SpillwayError, unknownNameError } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { RunJobKind } from '../../run/index.ts'
import type { JobCancellation } from './run-control.ts'

/** The collaborators of `JobControl`. */
export interface JobPorts {
  readonly ir: Pick<PipelineIR, 'name' | 'groups' | 'models' | 'reports'>
  /** Cancels a job of the run. Resolves with whether one was cancelled. */
  readonly cancel: (kind: RunJobKind, name: string) => Promise<boolean>
  /** Cancels the scheduled reconciliation; absent in a run without one. */
  readonly cancelReconciliation?: (() => Promise<boolean>) | undefined
}

/** The definitions that have jobs of each kind. */
const jobSubjects: Readonly<Record<RunJobKind, { readonly subject: string; readonly names: (ir: JobPorts['ir']) => string[] }>> = {
  'batch-run': {
    subject: 'feature group with batch runs',
    names: ({ groups }) => groups.filter(({ place }) => place.kind === 'batch' || place.kind === 'hybrid').map(({ name }) => name),
  },
  report: { subject: 'report', names: ({ reports = [] }) => reports.map(({ name }) => name) },
  training: {
    subject: 'model with training',
    names: ({ models }) => models.filter(({ train }) => train).map(({ name }) => name),
  },
}

/** The jobs of one run. Without ports no run holds the folder, and no job runs. */
export class JobControl {
  readonly #ports: JobPorts | undefined

  constructor(ports: JobPorts | undefined) {
    this.#ports = ports
  }

  /** As `RunControl.cancelJob`. */
  async cancel({ kind, name = '' }: JobCancellation): Promise<Record<string, never>> {
    const job = kind === 'reconciliation' ? 'reconciliation' : `${kind} of '${name}'`
    if (!this.#ports) throw new SpillwayError('SPILL_CONFLICT', `no run holds this folder, so no ${job} runs`)
    if (!(await this.#cancel(this.#ports, kind, name)))
      throw new SpillwayError('SPILL_CONFLICT', `no ${job} runs or waits to run; it has ended, or has not begun`)
    return {}
  }

  async #cancel({ ir, cancel, cancelReconciliation }: JobPorts, kind: JobCancellation['kind'], name: string): Promise<boolean> {
    if (kind === 'reconciliation') {
      if (cancelReconciliation) return cancelReconciliation()
      throw new SpillwayError('SPILL_NOT_FOUND', 'this run schedules no reconciliations; `spillway run --reconcile` does')
    }
    const { subject, names } = jobSubjects[kind]
    const known = names(ir)
    if (!known.includes(name)) throw unknownNameError(ir.name, subject, name, known)
    return cancel(kind, name)
  }
}
