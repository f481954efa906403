/** Alerts on batch runs, trainings and drift. */
import { durationText, spanTitle, MINUTE_MS } from '../../base/index.ts'
import type { GroupIR, ModelIR, PipelineIR, ScheduleIR } from '../../define/ir/index.ts'
import { longestGap } from '../../kernel/index.ts'
import { dependentsText } from './affected-parts.ts'
import { type GeneratedAlert, always, type JobNames } from './rule.ts'
import { selector } from '../syntax/selector.ts'

/** Part of a period, and least time, by which a batch run may be late. */
const LATE_SHARE = 0.1
const LATE_MS_MIN = 10 * MINUTE_MS

/** Alerts of each group with batch runs, and of each model that is trained. */
export const jobAlerts = (ir: PipelineIR, names: JobNames): GeneratedAlert[] => [
  ...ir.groups.flatMap(group =>
    group.place.kind === 'batch' || group.place.kind === 'hybrid'
      ? [staleAlert(ir, group, group.place, names), failedRunAlert(group, names)]
      : [],
  ),
  ...ir.models.flatMap(model => [
    ...(model.train ? [trainingAlert(ir, model, names)] : []),
    ...(model.train?.orWhen ? [driftAlert(ir, model, names)] : []),
  ]),
]

type ScheduledPlace = Extract<GroupIR['place'], { readonly schedule: ScheduleIR; readonly kind: 'batch' | 'hybrid' }>

/** The age of the values in use: a page where decisions read batch results alone. */
function staleAlert(ir: PipelineIR, { name, source }: GroupIR, place: ScheduledPlace, { job }: JobNames): GeneratedAlert {
  const period = longestGap(place.schedule)
  const late = Math.max(LATE_MS_MIN, LATE_SHARE * period, place.kind === 'batch' ? 2 * place.lasts : 0)
  const seconds = Math.round((period + late) / 1000)
  const asOf = selector('spillway_batch_as_of_seconds', { group: name, job })
  return {
    alert: 'SpillwayBatchRunStale',
    expr: `time() - ${asOf} > ${seconds}`,
    for: '5m',
    severity: place.kind === 'batch' ? 'page' : 'ticket',
    cause: 'batch-run',
    labels: { group: name, source },
    summary: `feature group '${name}' has no new batch run`,
    description:
      `The values of '${name}' in use are older than ${spanTitle(seconds * 1000)}: a batch run, due every ${durationText(period)} at the latest, ` +
      `is missing, late or failing. ${dependentsText(ir, { kind: 'group', name })}`,
    command: `spillway runs list --group ${name}`,
    test: {
      phases: { quiet: 20, fault: 10, recovery: 5 },
      labels: { group: name, job, instance: 'a' },
      series: [
        {
          series: selector('spillway_batch_as_of_seconds', { group: name, job, instance: 'a' }),
          kind: 'gauge',
          healthy: minute => 60 * minute,
          faulty: minute => 60 * minute - seconds - 60,
          noisy: minute => 60 * minute - seconds + 60,
        },
      ],
    },
  }
}

/** A gauge that is 1 in the fault. */
const flagTest = (name: string, own: Readonly<Record<string, string>>): GeneratedAlert['test'] => ({
  phases: { quiet: 30, fault: 20, recovery: 5 },
  labels: { ...own, instance: 'a' },
  series: [{ series: selector(name, { ...own, instance: 'a' }), kind: 'gauge', healthy: always(0), faulty: always(1) }],
})

const failedRunAlert = ({ name, source }: GroupIR, { job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayBatchRunFailed',
  expr: `${selector('spillway_batch_run_failed', { group: name, job })} == 1`,
  for: '15m',
  severity: 'ticket',
  cause: 'batch-run',
  labels: { group: name, source },
  summary: `the last batch run of feature group '${name}' failed`,
  description: `The values of '${name}' stay in use and grow older until a run succeeds. The run's record has the error.`,
  command: `spillway runs list --group ${name}`,
  test: flagTest('spillway_batch_run_failed', { group: name, job }),
})

const trainingAlert = (ir: PipelineIR, { name }: ModelIR, { job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayTrainingFailed',
  expr: `${selector('spillway_model_training_failed', { model: name, job })} == 1`,
  for: '15m',
  severity: 'ticket',
  cause: 'training',
  labels: { model: name },
  summary: `the last training of model '${name}' failed`,
  description: `The champion of '${name}' stays in use and grows older. ${dependentsText(ir, { kind: 'model', name })}`,
  command: 'spillway models list',
  test: flagTest('spillway_model_training_failed', { model: name, job }),
})

const driftAlert = (ir: PipelineIR, { name }: ModelIR, { job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayDrift',
  expr: `${selector('spillway_model_drifted', { model: name, job })} == 1`,
  for: '15m',
  severity: 'ticket',
  cause: 'drift',
  labels: { model: name },
  summary: `the inputs or scores of model '${name}' have drifted`,
  description: `The last drift check of '${name}' passed a threshold of its definition. ${dependentsText(ir, { kind: 'model', name })}`,
  command: 'spillway drift',
  test: flagTest('spillway_model_drifted', { model: name, job }),
})
