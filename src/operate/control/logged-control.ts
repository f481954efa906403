/** The changes of operators over one data folder, in the process that holds it. The operator log records each of them, with its outcome. */
import { limits, SpillwayError, type StrictOmit, unknownNameError, wallClock } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { CancelOptions } from '../../jobs/index.ts'
import type { ManualEffectChange, NamedValues, StoredEffect } from '../../log/index.ts'
import type { Alert } from '../../monitor/index.ts'
import type { AlertEdit } from '../../monitor/alerts/index.ts'
import type { RunJobKind } from '../../run/index.ts'
import { rollbackVersion, trainableModel } from '../../training/registry/index.ts'
import { withOperatorLogAsync } from './operator-log.ts'
import { DeadLetterControl, type DeadLetterPorts } from './dead-letter-control.ts'
import {
  isSingleJobKind,
  type JobCancellation,
  type JobKind,
  type ModelPromotion,
  type PromotedVersion,
  type RunControl,
  type SingleJobKind,
} from './run-control.ts'

/** Changes an alert on behalf of `by`. Resolves when the change is durable. */
export type AlertPort = (edit: AlertEdit, by: string) => Promise<Alert>

/** The collaborators of the changes over one folder. */
export interface ControlPorts {
  /** The data folder, which has the operator log. */
  readonly data: string
  readonly deadLetters: StrictOmit<DeadLetterPorts, 'clock'>
  readonly effects: EffectPorts
  /** Absent where no run holds the folder. */
  readonly jobs?: JobPorts
  readonly models: PromotionPorts
  /** Changes an alert, durably. */
  readonly alerts: AlertPort
}

/** `RunControl` in the process that holds the folder. One object serves all ways in. Of a reason `FAILURE_REASON_CHARS_MAX` characters are kept. */
export function loggedControl({ data, deadLetters, effects, jobs, models, alerts }: ControlPorts): RunControl {
  const letters = new DeadLetterControl({ ...deadLetters, clock: wallClock })
  const logged = <T>(
    operator: string,
    command: string,
    targets: readonly number[] | string,
    detail: string | undefined,
    act: (setDetail: (detail: string) => void) => Promise<T>,
  ): Promise<T> => {
    const target = typeof targets === 'string' ? targets : targets.join(', ')
    return withOperatorLogAsync(data, { at: wallClock(), operator, command, target, ...(detail !== undefined && { detail }) }, act)
  }
  return {
    editDeadLetter(edit, by) {
      // Names of fields, never their values.
      const names = edit.set ? Object.keys(edit.set) : Object.entries(edit.rename ?? {}).map(([from, to]) => `${from} as ${to}`)
      const detail = beginningOf(names.length > 0 ? names.join(', ') : 'the whole record')
      return logged(by, 'dlq edit', [edit.id], detail, () => letters.edit(edit))
    },
    replayDeadLetters: (replay, by) =>
      logged(by, 'dlq replay', replay.omitUnsendable ? 'all' : replay.ids, undefined, async setDetail => {
        const result = await letters.replay(replay)
        const { length } = result.letters
        const rejected = result.letters.filter(({ outcome }) => outcome === 'rejected').length
        setDetail(length === 0 ? 'none to replay' : `${length - rejected} settled, ${rejected} rejected again`)
        return result
      }),
    dropDeadLetters(drop, by) {
      const why = beginningOf(drop.why)
      return logged(by, 'dlq drop', drop.ids, why, () => letters.drop({ ...drop, why }))
    },
    retryEffects: ({ numbers }, by) =>
      logged(by, 'effects retry', numbers, undefined, () => changeEffects(effects, numbers, number => ({ kind: 'again', number }))),
    dropEffects(drop, by) {
      const why = beginningOf(drop.why)
      const at = wallClock()
      const changeOf = (number: number): ManualEffectChange => ({ kind: 'dropped', number, at, why })
      return logged(by, 'effects drop', drop.numbers, why, () => changeEffects(effects, drop.numbers, changeOf))
    },
    cancelJob(cancellation, by) {
      const { kind, name } = cancellation
      const target = beginningOf(name === undefined ? kind : `${kind} ${name}`)
      return logged(by, 'jobs cancel', target, undefined, () => cancelJob(jobs, cancellation))
    },
    promoteModel({ model, version }, by) {
      const command = version === 'previous' ? 'models rollback' : 'models promote'
      return logged(by, command, beginningOf(model), undefined, async setDetail => {
        const promoted = await promoteModel(models, { model, version })
        setDetail(`version ${promoted.version}`)
        return promoted
      })
    },
    editAlert: (edit, by) =>
      logged(by, `alerts ${edit.change}`, beginningOf(edit.id), edit.note && beginningOf(edit.note), () => alerts(edit, by)),
  }
}

/** The part of a text that is kept. */
const beginningOf = (text: string): string => text.slice(0, limits.FAILURE_REASON_CHARS_MAX)

/** The collaborators of `changeEffects`. */
export interface EffectPorts {
  /** Committed effects. */
  readonly effects: { byNumber(number: number): StoredEffect | undefined; lastNumber(): number }
  /** Makes changes of these dead effects, all in one commit. Resolves when they are durable. Absent where effects cannot be changed. */
  readonly change: ((effects: readonly StoredEffect[], changes: readonly ManualEffectChange[]) => Promise<void>) | undefined
}

/** Retries or drops dead effects: all of them, or none. */
export async function changeEffects(
  { effects, change }: EffectPorts,
  numbers: readonly number[],
  changeOf: (number: number) => ManualEffectChange,
): Promise<Record<string, never>> {
  const dead = numbers.map(number => {
    const effect = effects.byNumber(number)
    if (!effect) throw new SpillwayError('SPILL_NOT_FOUND', `there is no effect ${number}; the newest is ${effects.lastNumber()}`)
    if (effect.state === 'dead') return effect
    throw new SpillwayError('SPILL_PRECONDITION', `effect ${number} is ${effect.state}; only dead effects can be retried or dropped`)
  })
  if (!change) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run delivers no effects; change them through the run that does')
  await change(dead, numbers.map(changeOf))
  return {}
}

/** The collaborators of `promoteModel`. */
export interface PromotionPorts {
  /** The definitions of the models; absent where no pipeline was given. */
  readonly ir: PipelineIR | undefined
  /** The registry of versions: committed values of the folder. */
  readonly values: NamedValues
  /** Promotes a version by number, durably. Throws as `checkPromotable` does. */
  readonly promote: (model: string, version: number, why: string) => Promise<void>
  /** No run holds the folder: a promotion waits for one. */
  readonly waitsForRun: boolean
}

async function promoteModel(
  { ir, values, promote, waitsForRun }: PromotionPorts,
  { model, version: requested }: ModelPromotion,
): Promise<PromotedVersion> {
  if (!ir) throw new SpillwayError('SPILL_UNSUPPORTED', 'versions are promoted by a pipeline, and there is none here')
  trainableModel(ir, model)
  const isRollback = requested === 'previous'
  const version = isRollback ? rollbackVersion(values, model) : requested
  await promote(model, version, isRollback ? 'rolled back' : 'by hand')
  return { version, waitsForRun }
}

/** Cancels one job. Resolves with whether it was cancelled. */
type CancelJob = (options: CancelOptions) => Promise<boolean>

/** The collaborators of `cancelJob`. */
export interface JobPorts {
  readonly ir: Pick<PipelineIR, 'name' | 'groups' | 'models' | 'reports'>
  /** Number of a job's attempt that runs; `undefined` if none does. Synchronous: no other attempt begins between it and `cancel`. */
  readonly runningAttempt: (kind: JobKind, name: string) => number | undefined
  /** Cancels a job of the run. Resolves with whether one was cancelled. */
  readonly cancel: (kind: RunJobKind, name: string, options: CancelOptions) => Promise<boolean>
  /** Cancels the reconciliation in progress; absent in a run that makes none. */
  readonly cancelReconciliation?: CancelJob | undefined
  /** Cancels the scheduled backup; absent in a run without one. */
  readonly cancelBackup?: CancelJob | undefined
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

/** The reasons why a run has no job of a kind. */
const absentJobs: Readonly<Record<SingleJobKind, string>> = {
  reconciliation: 'this run makes no reconciliations',
  backup: 'this run schedules no backups; `spillway run --backup` does',
}

/** Cancels a job of a run: a batch run, a report, a training, a reconciliation or the scheduled backup. Without ports no job runs. */
export async function cancelJob(ports: JobPorts | undefined, cancellation: JobCancellation): Promise<Record<string, never>> {
  const { kind, name = '', number } = cancellation
  const job = isSingleJobKind(kind) ? kind : `${kind} of '${name}'`
  if (!ports) throw new SpillwayError('SPILL_PRECONDITION', `no run holds this folder, so no ${job} runs`)
  const cancel = isSingleJobKind(kind) ? cancelOfSingle(ports, kind) : cancelOfNamed(ports, kind, name)
  const running = number === undefined ? undefined : ports.runningAttempt(kind, name)
  if (running !== number)
    throw new SpillwayError(
      'SPILL_PRECONDITION',
      `number ${number} of the ${job} does not run${running === undefined ? '' : `, but ${running} does`}; nothing was cancelled`,
    )
  // A request that waits is for an attempt after this number.
  if (await cancel({ keepsRequest: number !== undefined })) return {}
  const problem =
    number === undefined ? `no ${job} runs or waits to run; it has ended, or has not begun` : `number ${number} of the ${job} has ended`
  throw new SpillwayError('SPILL_PRECONDITION', problem)
}

function cancelOfSingle({ cancelReconciliation, cancelBackup }: JobPorts, kind: SingleJobKind): CancelJob {
  const cancel = { reconciliation: cancelReconciliation, backup: cancelBackup }[kind]
  if (!cancel) throw new SpillwayError('SPILL_NOT_FOUND', absentJobs[kind])
  return cancel
}

function cancelOfNamed({ ir, cancel }: JobPorts, kind: RunJobKind, name: string): CancelJob {
  const { subject, names } = jobSubjects[kind]
  if (!names(ir).includes(name)) throw unknownNameError(ir.name, subject, name, names(ir))
  return options => cancel(kind, name, options)
}
