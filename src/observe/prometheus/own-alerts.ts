/** Rules on the alerts that a run judges by itself, for conditions that no other series shows: stalled turns, reports and backups. */
import type { PipelineIR } from '../../define/ir/index.ts'
import type { AlertSubject } from '../../monitor/index.ts'
import { selector } from '../syntax/selector.ts'
import { type GeneratedAlert, always, type JobNames } from './rule.ts'

/** An alert on the turns of the run, one on its backups, and one on each report. */
export const ownAlerts = ({ reports = [] }: PipelineIR, names: JobNames): GeneratedAlert[] => [
  stalledAlert(names),
  ...reports.map(({ name }) => reportAlert(name, names)),
  backupAlert(names),
]

/** The expression of a rule on an alert of the run, and its test. The series is absent while the alert does not fire. */
function firingOf(
  { cause, severity }: Pick<GeneratedAlert, 'cause' | 'severity'>,
  { kind, name: subject }: AlertSubject,
  { job }: JobNames,
): Pick<GeneratedAlert, 'cause' | 'severity' | 'expr' | 'test'> {
  const own = { cause, subject, kind, severity, job }
  return {
    cause,
    severity,
    expr: `${selector('spillway_alert_firing', own)} == 1`,
    test: {
      phases: { quiet: 30, fault: 20, recovery: 10 },
      labels: { ...own, instance: 'a' },
      series: [
        {
          series: selector('spillway_alert_firing', { ...own, instance: 'a' }),
          kind: 'gauge',
          healthy: always(undefined),
          faulty: always(1),
        },
      ],
    },
  }
}

const stalledAlert = (names: JobNames): GeneratedAlert => ({
  alert: 'SpillwayStalled',
  ...firingOf({ cause: 'availability', severity: 'page' }, { kind: 'pipeline', name: names.pipeline }, names),
  for: '1m',
  labels: {},
  summary: 'the run commits nothing, or accepts no events',
  description: 'Records wait and no turn is committed, or the disk has committed nothing for half a minute, or the run accepts no events.',
  command: 'spillway alerts',
})

const reportAlert = (name: string, names: JobNames): GeneratedAlert => ({
  alert: 'SpillwayReportFailed',
  ...firingOf({ cause: 'report', severity: 'ticket' }, { kind: 'report', name }, names),
  for: '15m',
  labels: { report: name },
  summary: `the last report '${name}' failed`,
  description: `The file of the previous report '${name}' stays and grows older. The record of the failed report has the error.`,
  command: `spillway reports --report ${name}`,
})

const backupAlert = (names: JobNames): GeneratedAlert => ({
  alert: 'SpillwayBackupFailed',
  ...firingOf({ cause: 'backup', severity: 'ticket' }, { kind: 'pipeline', name: names.pipeline }, names),
  for: '15m',
  labels: {},
  summary: 'the last scheduled backup failed, or does not end',
  description: 'The last scheduled backup failed, or one takes much longer than the last one. The newest complete backup grows older.',
  command: 'spillway inspect',
})
