/** Alerts on the process, its disk, and the effects and mismatches that wait for a person. */
import { limits } from '../../base/index.ts'
import type { ActionIR, PipelineIR } from '../../define/ir/index.ts'
import { dependentsText } from './affected-parts.ts'
import { type GeneratedAlert, always, type JobNames, type RuleSettings } from './rule.ts'
import { selector } from '../syntax/selector.ts'

const PAGE_BYTES = 4096
/** Twice the size at which commits wait for an empty WAL. */
const WAL_BYTES = 2 * limits.WAL_PAGES_MAX * PAGE_BYTES
const GIB = 2 ** 30
/** Failed attempts in 30 minutes from which a receiver without a success in 10 is down. */
const RECEIVER_FAILURES_MIN = 10

/** Alerts of the run and of each action that delivers effects. */
export const runAlerts = (ir: PipelineIR, settings: RuleSettings): GeneratedAlert[] => [
  downAlert(settings),
  heldAlert(settings),
  ...(ir.actions ?? []).flatMap(action =>
    action.do.kind === 'answer' ? [] : [receiverAlert(ir, action, settings), deadEffectsAlert(ir, action, settings)],
  ),
  diskFullAlert(settings),
  diskFillingAlert(settings),
  walAlert(settings),
  mismatchAlert(settings),
]

/** A gauge of the whole run, with its value in health and in the fault. */
const gauge = (name: string, job: string, healthy: number, faulty: number): GeneratedAlert['test'] => ({
  phases: { quiet: 30, fault: 30, recovery: 5 },
  labels: { job, instance: 'a' },
  series: [{ series: selector(name, { job, instance: 'a' }), kind: 'gauge', healthy: always(healthy), faulty: always(faulty) }],
})

const downAlert = ({ job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayDown',
  expr: `up${selector('', { job })} == 0`,
  for: '2m',
  severity: 'page',
  cause: 'availability',
  labels: {},
  summary: 'Prometheus cannot scrape the run',
  description: 'For 2 minutes /metrics did not answer: the process is down, blocked, or unreachable. Acknowledged events are safe.',
  command: 'spillway inspect',
  test: gauge('up', job, 1, 0),
})

const heldAlert = ({ job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayNotAccepting',
  expr: `${selector('spillway_up', { job })} == 0`,
  for: '5m',
  severity: 'page',
  cause: 'availability',
  labels: {},
  summary: 'the run accepts no events',
  description: 'For 5 minutes the run has accepted no events: it has failed, or sources are held back at a limit. Its log says which.',
  command: 'spillway inspect',
  test: gauge('spillway_up', job, 1, 0),
})

function receiverAlert(ir: PipelineIR, { name, model }: ActionIR, { job }: JobNames): GeneratedAlert {
  const own = { action: name, job }
  const tries = (outcome: string, window: string): string =>
    `sum by (job, action) (increase(spillway_effect_tries_total{${outcome}, ${pairs(own)}}[${window}]))`
  const pending = `sum by (job, action) (${selector('spillway_effects_pending', own)})`
  const pendingSeries = { series: selector('spillway_effects_pending', { ...own, instance: 'a' }), kind: 'gauge' } as const
  const series = (outcome: string) => selector('spillway_effect_tries_total', { outcome, ...own, instance: 'a' })
  return {
    alert: 'SpillwayReceiverDown',
    // Retries become rare during an outage. A few effects that the receiver always rejects are none.
    expr:
      `${tries('outcome!="delivered"', '30m')} >= ${RECEIVER_FAILURES_MIN} and ${tries('outcome="delivered"', '10m')} == 0 ` +
      `and ${pending} >= ${limits.RECEIVER_EFFECTS_MIN}`,
    severity: 'page',
    cause: 'effects',
    labels: { action: name, model },
    summary: `no effect of action '${name}' is delivered`,
    description:
      `In the last 30 minutes at least ${RECEIVER_FAILURES_MIN} attempts of '${name}' failed, and in the last 10 none succeeded. Effects wait and are ` +
      'retried in order. ' +
      dependentsText(ir, { kind: 'model', name: model }),
    command: `spillway effects --action ${name}`,
    test: {
      phases: { quiet: 20, fault: 15, recovery: 5 },
      labels: own,
      series: [
        { series: series('delivered'), kind: 'counter', healthy: always(10), faulty: always(0), noisy: always(1) },
        { series: series('tried'), kind: 'counter', healthy: always(0), faulty: always(5), noisy: always(20) },
        { series: series('dead'), kind: 'counter', healthy: always(0) },
        { ...pendingSeries, healthy: always(0), faulty: always(5), noisy: always(20) },
      ],
      silent: [
        {
          name: 'two effects are always rejected',
          minutes: 90,
          series: [
            { series: series('delivered'), kind: 'counter', values: minute => (minute < 5 ? 1 : 0) },
            { series: series('tried'), kind: 'counter', values: always(1) },
            { ...pendingSeries, values: always(2) },
          ],
        },
      ],
    },
  }
}

const pairs = (labels: Readonly<Record<string, string>>): string => selector('', labels).slice(1, -1)

const deadEffectsAlert = (ir: PipelineIR, { name, model }: ActionIR, { job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayDeadEffects',
  expr: `${selector('spillway_effects_dead', { action: name, job })} > 0`,
  for: '15m',
  severity: 'ticket',
  cause: 'effects',
  labels: { action: name, model },
  summary: `effects of action '${name}' are dead`,
  description: `Effects of '${name}' failed at their last attempt, and wait for a person to retry or drop them. ${dependentsText(ir, { kind: 'model', name: model })}`,
  command: `spillway effects --action ${name} --state dead`,
  test: {
    phases: { quiet: 30, fault: 20, recovery: 5 },
    labels: { action: name, job, instance: 'a' },
    series: [
      {
        series: selector('spillway_effects_dead', { action: name, job, instance: 'a' }),
        kind: 'gauge',
        healthy: always(0),
        faulty: always(1),
      },
    ],
  },
})

function diskFullAlert({ job, thresholds: { diskPageBytes } }: RuleSettings): GeneratedAlert {
  const free = selector('spillway_disk_free_bytes', { job })
  const size = selector('spillway_disk_size_bytes', { job })
  return {
    alert: 'SpillwayDiskFull',
    // A rate in both windows: a backfill, which comes at once and then no more, fills no disk.
    expr:
      `${free} < ${diskPageBytes} or ${free} / ${size} < 0.05 or (delta(${free}[1h]) * 4 + ${free} < 0 and delta(${free}[10m]) * 24 + ${free} < 0 ` +
      `and ${free} / ${size} < 0.5)`,
    for: '10m',
    severity: 'page',
    cause: 'disk',
    labels: {},
    summary: 'the disk of the data folder is almost full',
    description: `Less than ${diskPageBytes / GIB} GiB or 5 % of the disk is free, or at the rate of the last 10 minutes and of the last hour it is full within 4 hours. A full disk ends the run.`,
    command: 'spillway inspect',
    test: diskTest(job, { quiet: 60, fault: 60, recovery: 70 }, since => 40 * GIB - 0.25 * GIB * since),
  }
}

function diskFillingAlert({ job, thresholds: { diskTicketBytes } }: RuleSettings): GeneratedAlert {
  const free = selector('spillway_disk_free_bytes', { job })
  return {
    alert: 'SpillwayDiskFilling',
    expr:
      `${free} < ${diskTicketBytes} or delta(${free}[6h]) * 12 + ${free} < 0 and delta(${free}[1h]) * 72 + ${free} < 0 ` +
      `and ${free} / ${selector('spillway_disk_size_bytes', { job })} < 0.5`,
    for: '1h',
    severity: 'ticket',
    cause: 'disk',
    labels: {},
    summary: 'the disk of the data folder fills up',
    description: `Less than ${diskTicketBytes / GIB} GiB is free, or at the rate of the last hour and of the last 6 hours the disk is full within three days. Retention (keep) bounds the log; a larger disk helps.`,
    command: 'spillway inspect',
    test: diskTest(job, { quiet: 60, fault: 180, recovery: 30 }, since => 40 * GIB - 0.02 * GIB * since),
  }
}

const diskTest = (job: string, phases: GeneratedAlert['test']['phases'], freeOf: (since: number) => number): GeneratedAlert['test'] => ({
  phases,
  labels: { job, instance: 'a' },
  series: [
    {
      series: selector('spillway_disk_free_bytes', { job, instance: 'a' }),
      kind: 'gauge',
      healthy: always(80 * GIB),
      faulty: (_, since) => Math.round(freeOf(since)),
    },
    { series: selector('spillway_disk_size_bytes', { job, instance: 'a' }), kind: 'gauge', healthy: always(100 * GIB) },
  ],
})

const walAlert = ({ job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayWalGrows',
  expr: `min_over_time(${selector('spillway_wal_bytes', { job })}[15m]) > ${WAL_BYTES}`,
  severity: 'ticket',
  cause: 'disk',
  labels: {},
  summary: "the log's write-ahead file does not shrink",
  description: `For 15 minutes the write-ahead file was larger than ${WAL_BYTES / 2 ** 20} MiB. A program holds an old view of the log open, or the disk is slow.`,
  command: 'spillway inspect',
  test: gauge('spillway_wal_bytes', job, 4 * 2 ** 20, 2 * WAL_BYTES),
})

const mismatchAlert = ({ job }: JobNames): GeneratedAlert => ({
  alert: 'SpillwayMismatches',
  expr: `${selector('spillway_reconcile_unexplained', { job })} > 0`,
  severity: 'page',
  cause: 'reconciliation',
  labels: {},
  summary: 'recorded feature values differ from SQL without a known cause',
  description: 'The last reconciliation found values that differ from SQL over the same log, and no cause explains them.',
  command: 'spillway reconcile list',
  test: gauge('spillway_reconcile_unexplained', job, 0, 3),
})
