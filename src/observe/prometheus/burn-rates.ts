/**
 * Burn rates of an objective in two windows each (Site Reliability Workbook, chapter 5): an alert needs the share of misses to be above
 * its threshold in a long window, which shows that it matters, and in a short one, which shows that it goes on and resets the alert soon.
 *
 * An objective that allows many misses could never burn 14.4 times as fast as allowed: the threshold of a page is at most that of a run's own
 * alerts (`badShareOf`). Below `BURN_BAD_MIN` misses in the long window there is no alert: one miss of ten at night wakes nobody.
 */
import { type Duration, limits } from '../../base/index.ts'
import { badShareOf } from '../../monitor/index.ts'
import { type GeneratedAlert, always, type JobNames, type RecordingRule, type RuleCause, type TestPhases, withFault } from './rule.ts'
import { selector } from '../syntax/selector.ts'

/** An objective: the counters of its events, and the share that may miss. */
export interface BurnObjective {
  /** Part of the names of its rules: `spillway:NAME_missed:ratio1h`. */
  readonly name: 'freshness' | 'deadline' | 'errors'
  readonly cause: RuleCause
  /** Label of the part that has the objective; absent for one of the whole pipeline. */
  readonly label?: 'group' | 'action'
  /** Counters: all events, and either those that met the objective or those that missed it, with their labels beside the job. */
  readonly total: CounterName
  readonly met?: CounterName
  readonly missed?: CounterName
  /** Share that may miss: a constant, or a gauge with the share that must not. */
  readonly budget: { readonly share: number } | { readonly objective: string }
}

/** The name of a counter, and further labels that select its series. */
export interface CounterName {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
}

interface BurnWindow {
  readonly suffix: string
  readonly long: Duration
  readonly short: string
  /** Times as fast as the objective allows. */
  readonly factor: number
  readonly severity: GeneratedAlert['severity']
  readonly phases: TestPhases
}

/** Pages after 2 % of a 30-day budget in 1 h, or 5 % in 6 h; a ticket after 10 % in 3 d. */
const burnWindows: readonly BurnWindow[] = [
  {
    suffix: 'FastBurn',
    long: '1h',
    short: '5m',
    factor: 14.4,
    severity: 'page',
    phases: { quiet: 75, fault: 20, recovery: 10 },
  },
  {
    suffix: 'SlowBurn',
    long: '6h',
    short: '30m',
    factor: 6,
    severity: 'page',
    phases: { quiet: 60, fault: 45, recovery: 35 },
  },
  {
    suffix: 'BudgetBurn',
    long: '3d',
    short: '6h',
    factor: 1,
    severity: 'ticket',
    phases: { quiet: 60, fault: 60, recovery: 370 },
  },
]

const windows = [...new Set(burnWindows.flatMap(({ long, short }) => [short, long]))]

/** The recording rules of an objective: misses and their share in each window, of each part that has the objective. */
export function burnRecordings(objective: BurnObjective, { job }: JobNames): RecordingRule[] {
  const by = objective.label === undefined ? 'job' : `job, ${objective.label}`
  const increase = ({ name, labels = {} }: CounterName, window: string): string =>
    `sum by (${by}) (increase(${selector(name, { ...labels, job })}[${window}]))`
  const budget =
    'share' in objective.budget
      ? []
      : [{ record: `spillway:${objective.name}_budget`, expr: `1 - max by (${by}) (${selector(objective.budget.objective, { job })})` }]
  return [
    ...budget,
    ...windows.flatMap(window => {
      const missed = objective.missed
        ? increase(objective.missed, window)
        : `${increase(objective.total, window)} - ${increase(objective.met!, window)}`
      const name = `spillway:${objective.name}_missed`
      return [
        { record: `${name}:increase${window}`, expr: missed },
        { record: `${name}:ratio${window}`, expr: `(${missed}) / ${increase(objective.total, window)}` },
      ]
    }),
  ]
}

/** The part of a pipeline to which an objective applies, in words for its alerts. */
export interface BurnSubject extends Pick<GeneratedAlert, 'labels' | 'command'> {
  /** First words of the names of its alerts: `SpillwayFreshness`. */
  readonly alert: string
  /** A miss in words: `decisions read feature group 'now' older than its objective`. */
  readonly misses: string
  /** Value of the objective's label. */
  readonly part?: string
  readonly affected: string
}

/** The alerts on the burn rates of one part: two pages and a ticket. */
export function burnAlerts(objective: BurnObjective, subject: BurnSubject, { job }: JobNames): GeneratedAlert[] {
  const own = { ...(objective.label !== undefined && { [objective.label]: subject.part! }), job }
  return burnWindows.map(({ suffix, long, short, factor, severity, phases }) => {
    const threshold = thresholdOf(objective, own, { factor, severity })
    const missed = (operation: string): string => selector(`spillway:${objective.name}_missed:${operation}`, own)
    return {
      alert: `${subject.alert}${suffix}`,
      expr: [
        `${missed(`ratio${long}`)} > ${threshold}`,
        `${missed(`ratio${short}`)} > ${threshold}`,
        `${missed(`increase${long}`)} >= ${limits.BURN_BAD_MIN}`,
      ].join(' and '),
      severity,
      cause: objective.cause,
      labels: subject.labels,
      summary: `${subject.misses}: ${factor === 1 ? 'more' : `${factor} times more`} than the objective allows`,
      description: `In the last ${long} and the last ${short}, ${subject.misses}, and at least ${limits.BURN_BAD_MIN} times. ${subject.affected}`,
      command: subject.command,
      test: {
        phases: 'share' in objective.budget ? withFault(phases, Number(threshold), long) : phases,
        labels: own,
        series: burnSeries(objective, own),
      },
    }
  })
}

/** The share of misses from which an alert fires, as `badShareOf` computes it: a number, or an expression over the recorded budget. */
function thresholdOf(
  { name, budget }: BurnObjective,
  own: Readonly<Record<string, string>>,
  rule: Pick<BurnWindow, 'factor' | 'severity'>,
): string {
  if ('share' in budget) return String(Number(badShareOf(rule, 1 - budget.share).toPrecision(6)))
  const allowed = selector(`spillway:${name}_budget`, own)
  return `clamp_max(${rule.factor} * ${allowed}, ${rule.severity === 'page' ? `0.5 + 0.5 * scalar(${allowed})` : 1})`
}

/** 60 events a minute, all of which miss during the fault. In the noisy test 3 of 10 events miss, and none later. */
function burnSeries(
  { total, met, missed, budget }: BurnObjective,
  own: Readonly<Record<string, string>>,
): GeneratedAlert['test']['series'] {
  const series = ({ name, labels = {} }: CounterName) => selector(name, { ...labels, ...own, instance: 'a' })
  const isEvent = (minute: number): number => (minute % 6 === 0 ? 1 : 0)
  const isMiss = (minute: number): number => (minute < 18 ? isEvent(minute) : 0)
  const counter = { kind: 'counter', healthy: always(60) } as const
  const metSeries = { ...counter, faulty: always(0), noisy: (minute: number) => isEvent(minute) - isMiss(minute) }
  const missedSeries = { ...counter, healthy: always(0), faulty: always(60), noisy: isMiss }
  const objective = { kind: 'gauge', healthy: always(0.99), noisy: always(0.99) } as const
  // The series of `total` that are selected by a label, such as `met="false"`, are parts of the total.
  const isSplit = missed?.name === total.name
  return [
    ...(isSplit
      ? [{ series: series({ name: total.name, labels: { met: 'true' } }), ...metSeries }]
      : [{ series: series(total), ...counter, noisy: isEvent }]),
    ...(met ? [{ series: series(met), ...metSeries }] : []),
    ...(missed ? [{ series: series(missed), ...missedSeries }] : []),
    ...('objective' in budget ? [{ series: series({ name: budget.objective }), ...objective }] : []),
  ]
}
