/** Alerts on sources: lag, silence and rejected records; and on records that wait for the run. */
import { durationText, limits } from '../../base/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { badShareOf } from '../../monitor/index.ts'
import { dependentsText } from './affected-parts.ts'
import { type GeneratedAlert, always, type JobNames, type RecordingRule, type RuleSettings, withFault } from './rule.ts'
import { selector } from '../syntax/selector.ts'

/** Least lag that alerts; more where a source allows more lateness. */
const LAG_MS_MIN = 15 * 60_000
/** A source that had fewer events on the day before may be silent for an hour. */
const DAY_EVENTS_MIN = 240
/** Share of rejected records, in times of the allowed one, and their least number. */
const REJECTED = { page: { factor: 10, records: 20 }, ticket: { factor: 1, records: 10 } } as const

/** The events of each source in the same hour a week ago, or a day ago before there is a week of samples. */
export function sourceRecordings({ job }: JobNames): RecordingRule[] {
  const accepted = selector('spillway_events_total', { outcome: 'accepted', job })
  const hourBefore = (offset: string): string => `sum by (job, source) (increase(${accepted}[1h] offset ${offset}))`
  return [{ record: USUAL, expr: `${hourBefore('1w')} or ${hourBefore('1d')}` }]
}

const USUAL = 'spillway:source_usual:increase1h'

/** Alerts of each source, and one of all. */
export const sourceAlerts = (ir: PipelineIR, settings: RuleSettings): GeneratedAlert[] => [
  ...ir.sources.flatMap(source => [
    lagAlert(ir, source, settings),
    silenceAlert(ir, source, settings),
    rejectionAlert(source, settings, 'page'),
    rejectionAlert(source, settings, 'ticket'),
  ]),
  backlogAlert(settings),
]

/** A page where someone reads the source within seconds, otherwise a ticket. */
const severityOf = ({ models, groups }: PipelineIR, { name }: SourceIR): GeneratedAlert['severity'] =>
  models.some(({ decide }) => decide.kind === 'on' && decide.source === name) ||
  groups.some(({ source, place: { kind } }) => source === name && kind !== 'batch' && kind !== 'scheduled')
    ? 'page'
    : 'ticket'

/**
 * Judged by its movement: a lag that falls is being worked off. The lag is that of the last event, so without events it stands still: a file
 * of old events that has been read is no reason for a page, and a silent source has its own alert.
 */
function lagAlert(ir: PipelineIR, source: SourceIR, { job }: JobNames): GeneratedAlert {
  const { name } = source
  const lag = selector('spillway_source_lag_seconds', { source: name, job })
  const seconds = Math.max(LAG_MS_MIN, source.allowedLateness) / 1000
  const accepted = { source: name, outcome: 'accepted', job }
  const [lagSeries, eventSeries] = [
    { series: selector('spillway_source_lag_seconds', { source: name, job, instance: 'a' }), kind: 'gauge' },
    { series: selector('spillway_events_total', { ...accepted, instance: 'a' }), kind: 'counter' },
  ] as const
  return {
    alert: 'SpillwaySourceLag',
    expr:
      `min_over_time(${lag}[10m]) > ${seconds} and delta(${lag}[10m]) >= 0 ` +
      `and ignoring (outcome) increase(${selector('spillway_events_total', accepted)}[10m]) > 0`,
    for: '5m',
    severity: severityOf(ir, source),
    cause: 'lag',
    labels: { source: name },
    summary: `source '${name}' is behind and does not catch up`,
    description:
      `For 15 minutes events of '${name}' arrived, the newest was more than ${durationText(seconds * 1000)} old at its arrival, and the ` +
      `lag did not fall. ${dependentsText(ir, { kind: 'source', name })}`,
    command: 'spillway inspect',
    test: {
      phases: { quiet: 30, fault: 30, recovery: 20 },
      labels: { source: name, job, instance: 'a' },
      series: [
        {
          ...lagSeries,
          healthy: always(2),
          faulty: (_, since) => seconds + 60 * since,
          // A backlog that is worked off.
          noisy: minute => Math.max(2, 20 * seconds - seconds * minute * 0.2),
        },
        { ...eventSeries, healthy: always(60) },
      ],
      silent: [
        {
          name: 'a file of old events is read at once',
          minutes: 90,
          series: [
            { ...lagSeries, values: minute => (minute < 10 ? 2 : 100 * seconds) },
            { ...eventSeries, values: minute => (minute >= 10 && minute < 13 ? 5000 : 0) },
          ],
        },
        {
          name: 'silence after old events',
          minutes: 90,
          series: [
            { ...lagSeries, values: minute => (minute < 15 ? 2 : 2 * seconds) },
            { ...eventSeries, values: minute => (minute <= 15 ? 60 : 0) },
          ],
        },
      ],
    },
  }
}

function silenceAlert(ir: PipelineIR, source: SourceIR, { job }: JobNames): GeneratedAlert {
  const { name } = source
  const labels = { source: name, outcome: 'accepted', job }
  const accepted = selector('spillway_events_total', labels)
  const series = { series: selector('spillway_events_total', { ...labels, instance: 'a' }), kind: 'counter' } as const
  return {
    alert: 'SpillwaySourceStopped',
    expr:
      `sum by (job, source) (increase(${accepted}[1h])) == 0 and sum by (job, source) (increase(${accepted}[1d] offset 1h)) >= ${DAY_EVENTS_MIN} ` +
      `and ${selector(USUAL, { source: name, job })} > 0`,
    for: '5m',
    severity: severityOf(ir, source),
    cause: 'source-stopped',
    labels: { source: name },
    summary: `source '${name}' has had no event for an hour`,
    description:
      `No event of '${name}' was accepted for an hour, at least ${DAY_EVENTS_MIN} were on the day before, and some in the same hour a week ago, ` +
      'or a day ago before there is a week of samples. ' +
      dependentsText(ir, { kind: 'source', name }),
    command: 'spillway inspect',
    test: {
      // The hour of the day before is needed.
      phases: { quiet: 1500, fault: 70, recovery: 10 },
      labels: { source: name, job },
      series: [
        {
          ...series,
          healthy: always(60),
          faulty: always(0),
          // Some events an hour: such a source may be silent.
          noisy: minute => (minute % 90 === 0 ? 5 : 0),
        },
      ],
      silent: [{ name: 'a night', minutes: 2500, series: [{ ...series, values: minute => (minute % 1440 < 600 ? 60 : 0) }] }],
    },
  }
}

function rejectionAlert({ name }: SourceIR, { job, thresholds }: RuleSettings, severity: 'page' | 'ticket'): GeneratedAlert {
  const { factor, records } = REJECTED[severity]
  const share = Number(badShareOf({ factor, severity }, thresholds.deadLetters).toPrecision(6))
  const percent = `${Number((share * 100).toPrecision(4))} %`
  const isPage = severity === 'page'
  const [long, short] = isPage ? (['1h', '5m'] as const) : (['6h', '30m'] as const)
  const labels = { source: name, job }
  const increase = (series: string, window: string): string => `sum by (job, source) (increase(${series}[${window}]))`
  const rejected = (window: string): string => increase(selector('spillway_rejected_records_total', labels), window)
  const shareIn = (window: string): string =>
    `${rejected(window)} / (${rejected(window)} + ${increase(selector('spillway_events_total', labels), window)})`
  return {
    alert: isPage ? 'SpillwayDeadLetterRate' : 'SpillwayDeadLetters',
    expr: `${shareIn(long)} > ${share} and ${shareIn(short)} > ${share} and ${rejected(long)} >= ${records}`,
    severity,
    cause: 'dead-letters',
    labels: { source: name },
    summary: `more than ${percent} of the records of source '${name}' are rejected`,
    description:
      `In the last ${long} and the last ${short}, more than ${percent} of the records of '${name}' became dead letters, at least ` +
      `${records} of them. They are kept whole, and can be replayed once the cause is repaired.`,
    command: `spillway dlq list --source ${name}`,
    test: {
      phases: withFault(isPage ? { quiet: 70, fault: 20, recovery: 10 } : { quiet: 90, fault: 60, recovery: 40 }, share, long),
      labels,
      series: [
        {
          series: selector('spillway_rejected_records_total', { ...labels, instance: 'a' }),
          kind: 'counter',
          healthy: always(0),
          faulty: always(60),
          noisy: minute => (minute % 60 === 0 ? 1 : 0),
        },
        {
          series: selector('spillway_events_total', { ...labels, outcome: 'accepted', instance: 'a' }),
          kind: 'counter',
          healthy: always(60),
          faulty: always(0),
          noisy: minute => (minute % 60 === 0 ? 1 : 0),
        },
      ],
    },
  }
}

function backlogAlert({ job }: JobNames): GeneratedAlert {
  const waiting = limits.WAITING_RECORDS_MAX / 2
  return {
    alert: 'SpillwayBacklog',
    expr: `min_over_time(${selector('spillway_waiting_records', { job })}[10m]) > ${waiting}`,
    severity: 'page',
    cause: 'lag',
    labels: {},
    summary: 'more records arrive than the run can take',
    description:
      `For 10 minutes more than ${waiting} records waited for their turn; at ${limits.WAITING_RECORDS_MAX} sources pause ` +
      '(WAITING_RECORDS_MAX). Every decision is late by this wait.',
    command: 'spillway inspect',
    test: {
      phases: { quiet: 20, fault: 15, recovery: 5 },
      labels: { job, instance: 'a' },
      series: [
        {
          series: selector('spillway_waiting_records', { job, instance: 'a' }),
          kind: 'gauge',
          healthy: always(10),
          faulty: always(waiting + 1),
          noisy: minute => (minute % 5 === 0 ? 10 : waiting * 2),
        },
      ],
    },
  }
}
