/**
 * Conditions of a run that alerts report, judged from its samples: objectives by burn rate, and states that need no objective.
 *
 * Every rule is right without configuration; `AlertThresholds` changes its numbers. Counts of the last three days are in memory, and are
 * read from the stored time series at the start.
 */
import { durationText, limits } from '../../base/index.ts'
import type { AlertCause, AlertSeverity, AlertSubject } from '../alert.ts'
import { labelsOf, measureOf } from '../series/measures.ts'
import type { SeriesSample } from '../series/recorder.ts'
import { burnBreach, RollingCounts, type WindowCounts } from './burn-rate.ts'
import { StoppedSources } from './stopped-sources.ts'
import type { AlertThresholds } from '../../define/config/index.ts'

/** A condition that holds now. */
export interface AlertCondition {
  readonly cause: AlertCause
  readonly subject: AlertSubject
  readonly severity: AlertSeverity
  /** One sentence with the measured value and the limit. */
  readonly summary: string
}

/** The state of a run that its samples do not show. */
export interface RunCondition {
  /** The target of each feature group with a freshness objective: the required share of fresh decisions, and the greatest age, ms. */
  readonly freshness: ReadonlyMap<string, { readonly target: number; readonly age: number }>
  /** The run rejects new records, and the reason. */
  readonly unavailable?: string | undefined
  /** Conditions that jobs and readers report by themselves: batch runs, drift, trainings, reports, reconciliations, lag. */
  readonly reported: readonly AlertCondition[]
}

/** Counts of one objective: its subject and its events of the last days. */
interface ObjectiveCounts {
  readonly cause: AlertCause
  readonly subject: AlertSubject
  readonly counts: RollingCounts
}

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

export class RunConditions {
  readonly #pipeline: string
  readonly #thresholds: AlertThresholds
  readonly #objectives = new Map<string, ObjectiveCounts>()
  readonly #sources = new StoppedSources()
  readonly #diskUsed: { readonly at: number; readonly bytes: number }[] = []
  #diskFree: number | undefined

  constructor(pipeline: string, thresholds: AlertThresholds) {
    this.#pipeline = pipeline
    this.#thresholds = thresholds
  }

  /** Adds a sample, in order. Those of earlier processes are `isStored`. */
  add({ at, values }: SeriesSample, isStored = false): void {
    this.#sources.addSample(at, isStored)
    const within = new Map<string, number>()
    for (const [series, value] of values) if (measureOf(series) === 'freshness_within') within.set(labelsOf(series)['group'], value)
    for (const [series, value] of values) {
      const labels = labelsOf(series)
      const { outcome = '', source = '', action = '', group = '', status = '' } = labels
      switch (measureOf(series)) {
        case 'events':
          if (value > 0) this.#sources.addRecords(source, at, value)
          if (outcome !== 'duplicate') this.#count('dead-letters', { kind: 'source', name: source }, at, value, outcome === 'rejected')
          break
        case 'freshness_decisions':
          this.#countsOf('freshness', { kind: 'group', name: group }).add(at, { total: value, bad: value - (within.get(group) ?? 0) })
          break
        case 'deadlines':
          this.#count('deadline', { kind: 'action', name: action }, at, value, outcome === 'missed')
          break
        case 'effects':
          this.#count('effects', { kind: 'action', name: action }, at, value, outcome !== 'delivered')
          break
        case 'http_requests':
          this.#count('errors', { kind: 'pipeline', name: this.#pipeline }, at, value, status === '5xx')
          break
        case 'disk_free_bytes':
          this.#diskFree = value
          break
        case 'disk_used_bytes':
          this.#addDiskUsed(at, value)
          break
      }
    }
  }

  /** Continues the alerts of an earlier process that only an event ends. */
  resume(alerts: readonly AlertCondition[]): void {
    for (const { cause, subject, summary } of alerts) if (cause === 'source-stopped') this.#sources.resume(subject.name, summary)
  }

  #count(cause: AlertCause, subject: AlertSubject, at: number, value: number, isBad: boolean): void {
    this.#countsOf(cause, subject).add(at, { total: value, bad: isBad ? value : 0 })
  }

  #countsOf(cause: AlertCause, subject: AlertSubject): RollingCounts {
    const key = `${cause} ${subject.name}`
    let objective = this.#objectives.get(key)
    if (!objective) this.#objectives.set(key, (objective = { cause, subject, counts: new RollingCounts() }))
    return objective.counts
  }

  #addDiskUsed(at: number, bytes: number): void {
    this.#diskUsed.push({ at, bytes })
    while (this.#diskUsed[0].at < at - HOUR) this.#diskUsed.shift()
  }

  /** The counts of an objective in a window of `windowMs` that ends at `now`; `undefined` before its first event. */
  countsOf(cause: AlertCause, name: string, now: number, windowMs: number): WindowCounts | undefined {
    return this.#objectives.get(`${cause} ${name}`)?.counts.within(now, windowMs)
  }

  /** The conditions that hold at `now`, UTC ms. */
  at(now: number, run: RunCondition): AlertCondition[] {
    const objectives = [...this.#objectives.values()].flatMap(objective => [
      ...this.#objectiveConditions(objective, now, run),
      ...(objective.cause === 'effects' ? this.#receiverConditions(objective, now) : []),
    ])
    return [...run.reported, ...this.#runConditions(run), ...this.#sources.at(now), ...objectives, ...this.#diskConditions()]
  }

  #objectiveConditions({ cause, subject, counts }: ObjectiveCounts, now: number, { freshness }: RunCondition): AlertCondition[] {
    const objective = freshness.get(subject.name)
    const target = cause === 'freshness' ? objective?.target : this.#thresholds[objectiveThresholds[cause]!]
    if (target === undefined) return []
    const breach = burnBreach(target, windowMs => counts.within(now, windowMs))
    if (!breach) return []
    const { rule, counts: counted } = breach
    const share = `${percentText(counted.bad / counted.total)} of ${counted.total} in ${durationText(rule.longMs)}`
    const summary = `${objectiveTexts[cause]!(subject.name, objective?.age)}: ${share}; the objective allows ${percentText(1 - target)}`
    return [{ cause, subject, severity: rule.severity, summary }]
  }

  /** A receiver that takes nothing: an outage shows in minutes, long before effects are dead. */
  #receiverConditions({ subject, counts }: ObjectiveCounts, now: number): AlertCondition[] {
    const { total, bad } = counts.within(now, 3 * MINUTE)
    if (bad < limits.RECEIVER_FAILURES_MIN || bad < total) return []
    const summary = `the receiver of action '${subject.name}' has taken none of ${total} attempts in 3 min`
    return [{ cause: 'effects', subject, severity: 'page', summary }]
  }

  #runConditions({ unavailable }: RunCondition): AlertCondition[] {
    if (unavailable === undefined) return []
    const subject = { kind: 'pipeline', name: this.#pipeline } as const
    return [{ cause: 'availability', subject, severity: 'page', summary: `the run accepts no records: ${unavailable}` }]
  }

  #diskConditions(): AlertCondition[] {
    const free = this.#diskFree
    if (free === undefined) return []
    const first = this.#diskUsed[0]
    const last = this.#diskUsed.at(-1)
    const growth = first && last && last.at - first.at >= 10 * MINUTE ? (last.bytes - first.bytes) / (last.at - first.at) : 0
    const untilFull = growth > 0 ? free / growth : Infinity
    const { diskPageBytes, diskTicketBytes } = this.#thresholds
    const severity: AlertSeverity | undefined =
      free < diskPageBytes || untilFull < 4 * HOUR ? 'page' : free < diskTicketBytes || untilFull < 3 * DAY ? 'ticket' : undefined
    if (!severity) return []
    const fullText =
      untilFull < 3 * DAY
        ? `, full in ${durationText(Math.max(1, Math.floor(untilFull / MINUTE)) * MINUTE)} at the rate of the last hour`
        : ''
    const subject = { kind: 'pipeline', name: this.#pipeline } as const
    return [{ cause: 'disk', subject, severity, summary: `the disk of the data folder has ${sizeText(free)} free${fullText}` }]
  }
}

/** The threshold with the target of each cause that is judged by burn rate. */
const objectiveThresholds: Readonly<Partial<Record<AlertCause, 'deadlines' | 'errors' | 'deadLetters' | 'effects'>>> = {
  deadline: 'deadlines',
  errors: 'errors',
  'dead-letters': 'deadLetters',
  effects: 'effects',
}

const objectiveTexts: Readonly<Partial<Record<AlertCause, (name: string, age?: number) => string>>> = {
  freshness: (name, age = 0) => `decisions read group '${name}' at an age above ${durationText(age)}`,
  deadline: name => `effects of action '${name}' miss their deadline`,
  errors: () => 'HTTP requests are answered with a status of 5xx',
  'dead-letters': name => `records of source '${name}' are rejected`,
  effects: name => `attempts at effects of action '${name}' fail`,
}

const percentText = (share: number): string => `${Number((share * 100).toPrecision(2))} %`

const sizeText = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Number((bytes / 2 ** 30).toPrecision(2))} GiB`
