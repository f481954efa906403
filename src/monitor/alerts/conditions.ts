/**
 * Conditions of a run that alerts report, judged from its samples: objectives by burn rate, and states that need no objective.
 *
 * Every rule is right without configuration; `AlertThresholds` changes its numbers. Counts of the last three days are in memory, and are
 * read from the stored time series at the start.
 */
import { durationText, limits, spanTitle, MINUTE_MS, HOUR_MS } from '../../base/index.ts'
import type { Alert, AlertCause, AlertSeverity, AlertSubject } from './alert.ts'
import { labelsOf, measureOf } from '../series/measures.ts'
import type { SeriesSample } from '../series/recorder.ts'
import { burnBreach, type BurnRule, burnRules, RollingCounts } from './burn-rate.ts'
import { DiskSpace } from './disk-space.ts'
import { type ObjectiveRates, ratesByRule } from './objective-rates.ts'
import { ReceiverOutages } from './receiver-outages.ts'
import { StoppedSources } from './stopped-sources.ts'
import type { AlertThresholds } from '../../define/config/index.ts'

/** A condition that holds now. */
export interface AlertCondition {
  readonly cause: AlertCause
  readonly subject: AlertSubject
  readonly severity: AlertSeverity
  /** One sentence with the measured value and the limit. */
  readonly summary: string
  /** Its first sign, UTC ms, where it is known. */
  readonly began?: number | undefined
  /** An event and no measurement, which may be wrong for a moment: its alert opens at once. */
  readonly isCertain?: boolean
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
  /** The severity of the last breach, while it goes on. */
  last?: AlertSeverity | undefined
}

/** Options of adding a sample. */
interface AddedSample {
  /** It is of an earlier process. */
  readonly isStored?: boolean
  /** Groups whose decisions are not judged. */
  readonly unjudged?: ReadonlySet<string>
}

/** The parts of a pipeline's IR of which conditions are judged. */
export interface JudgedPipeline {
  readonly name: string
  readonly sources: readonly { readonly name: string }[]
  readonly actions?: readonly { readonly name: string; readonly deadline?: number | undefined }[] | undefined
}

export class RunConditions {
  readonly #pipeline: string
  readonly #sourceNames: ReadonlySet<string>
  readonly #actionNames: ReadonlySet<string>
  /** Actions whose effects have a deadline. */
  readonly #timedActions: readonly string[]
  readonly #thresholds: AlertThresholds
  readonly #objectives = new Map<string, ObjectiveCounts>()
  readonly #sources = new StoppedSources()
  readonly #disk = new DiskSpace()
  /** Minutes that have a sample. */
  readonly #sampled = new RollingCounts()
  #minute = -1
  /** Receivers of effects, by attempts that the caller adds. */
  readonly receivers = new ReceiverOutages()

  /** Sources and actions that the pipeline no longer has are in stored samples and alerts, and are not judged. */
  constructor({ name, sources, actions = [] }: JudgedPipeline, thresholds: AlertThresholds) {
    this.#pipeline = name
    this.#sourceNames = namesOf(sources)
    this.#actionNames = namesOf(actions)
    this.#timedActions = actions.flatMap(action => (action.deadline === undefined ? [] : [action.name]))
    this.#thresholds = thresholds
  }

  /** Adds a sample, in order. */
  add({ at, values }: SeriesSample, { isStored = false, unjudged }: AddedSample = {}): void {
    this.#addMinute(Math.floor(at / MINUTE_MS))
    this.#sources.addSample(at, isStored)
    const within = new Map<string, number>()
    for (const [series, value] of values) if (measureOf(series) === 'freshness_within') within.set(labelsOf(series)['group'], value)
    for (const [series, value] of values) {
      const labels = labelsOf(series)
      const { outcome = '', source = '', action = '', group = '', status = '' } = labels
      if (!this.#has(labels)) continue
      switch (measureOf(series)) {
        case 'events':
          if (value > 0) this.#sources.addRecords(source, at, value)
          if (outcome !== 'duplicate') this.#count('dead-letters', { kind: 'source', name: source }, at, value, outcome === 'rejected')
          break
        case 'freshness_decisions':
          if (unjudged?.has(group)) break
          this.#objectiveOf('freshness', { kind: 'group', name: group }).counts.add(at, {
            total: value,
            bad: value - (within.get(group) ?? 0),
          })
          break
        case 'deadlines': {
          const byOutage = outcome === 'missed' ? this.#missedByOutage(action, at, value, isStored) : 0
          this.#count('deadline', { kind: 'action', name: action }, at, value - byOutage, outcome === 'missed')
          break
        }
        case 'effects':
          // A receiver that is down has an alert, which is to end with its outage.
          if (outcome === 'delivered' || !(isStored ? this.receivers.wasDown(action, at) : this.receivers.isDown(action)))
            this.#count('effects', { kind: 'action', name: action }, at, value, outcome !== 'delivered')
          break
        case 'effects_waiting':
          if (value === 0) this.receivers.addIdle(action, at)
          break
        case 'http_requests':
          this.#count('errors', { kind: 'pipeline', name: this.#pipeline }, at, value, status === '5xx')
          break
        case 'disk_free_bytes':
          this.#disk.addFree(value)
          break
        case 'disk_used_bytes':
          this.#disk.addSize(at, value)
          break
      }
    }
  }

  #has({ source, action }: Readonly<Record<string, string>>): boolean {
    return (source === undefined || this.#sourceNames.has(source)) && (action === undefined || this.#actionNames.has(action))
  }

  #missedByOutage(action: string, at: number, missed: number, isStored: boolean): number {
    if (!isStored) return this.receivers.takeMissed(action, missed)
    return this.receivers.wasLate(action, at) ? missed : 0
  }

  /** Continues the outages of receivers of earlier processes. Called before their samples are added. */
  resumeOutages(alerts: readonly Alert[]): void {
    for (const alert of alerts)
      if (alert.cause === 'effects' && alert.severity === 'page' && this.#actionNames.has(alert.subject.name)) this.receivers.resume(alert)
  }

  /** Continues the alerts of an earlier process: some end by an event alone, and a rate near its factor holds on. */
  resume(alerts: readonly AlertCondition[]): void {
    for (const { cause, subject, severity, summary } of alerts) {
      if (cause === 'source-stopped' && this.#sourceNames.has(subject.name)) this.#sources.resume(subject.name, { severity, summary })
      if (cause in objectiveTexts) this.#objectiveOf(cause, subject).last = severity
    }
  }

  #addMinute(minute: number): void {
    if (minute === this.#minute) return
    this.#minute = minute
    this.#sampled.add(minute * MINUTE_MS, { total: 1, bad: 0 })
  }

  #count(cause: AlertCause, subject: AlertSubject, at: number, value: number, isBad: boolean): void {
    this.#objectiveOf(cause, subject).counts.add(at, { total: value, bad: isBad ? value : 0 })
  }

  #objectiveOf(cause: AlertCause, subject: AlertSubject): ObjectiveCounts {
    const key = `${cause} ${subject.name}`
    let objective = this.#objectives.get(key)
    if (!objective) this.#objectives.set(key, (objective = { cause, subject, counts: new RollingCounts() }))
    return objective
  }

  /** The burn rates of all objectives at `now`, UTC ms, also of those without an event. */
  ratesAt(now: number, freshness: RunCondition['freshness']): ObjectiveRates[] {
    const observedIn = this.#observedIn(now)
    return this.#objectiveSubjects(freshness).map(([cause, kind, name]) => {
      const counts = this.#objectives.get(`${cause} ${name}`)?.counts
      const countsIn = (windowMs: number) => counts?.within(now, windowMs) ?? { total: 0, bad: 0 }
      const target = this.#targetOf(cause, name, freshness)!
      const age = cause === 'freshness' ? freshness.get(name)?.age : undefined
      const rates = ratesByRule(target, rulesOf(cause), { countsIn, observedIn })
      return { cause, subject: { kind, name }, target, ...(age !== undefined && { age }), ...rates }
    })
  }

  #objectiveSubjects(freshness: RunCondition['freshness']): (readonly [AlertCause, AlertSubject['kind'], string])[] {
    return [
      ...[...freshness.keys()].map(name => ['freshness', 'group', name] as const),
      ...this.#timedActions.map(name => ['deadline', 'action', name] as const),
      ...[...this.#actionNames].map(name => ['effects', 'action', name] as const),
      ...[...this.#sourceNames].map(name => ['dead-letters', 'source', name] as const),
      ['errors', 'pipeline', this.#pipeline],
    ]
  }

  #targetOf(cause: AlertCause, name: string, freshness: RunCondition['freshness']): number | undefined {
    return cause === 'freshness' ? freshness.get(name)?.target : this.#thresholds[objectiveThresholds[cause]!]
  }

  #observedIn(now: number): (windowMs: number) => number {
    return windowMs => Math.min(windowMs, this.#sampled.within(now, windowMs).total * MINUTE_MS)
  }

  /** The conditions that hold at `now`, UTC ms. */
  at(now: number, run: RunCondition): AlertCondition[] {
    this.receivers.judge(now)
    const receivers = this.receivers.conditions()
    const isDown = ({ cause, subject }: ObjectiveCounts): boolean => cause === 'effects' && this.receivers.isDown(subject.name)
    const objectives = [...this.#objectives.values()].filter(objective => !isDown(objective))
    return [
      ...run.reported,
      ...this.#runConditions(run),
      ...this.#sources.judge(now),
      ...receivers,
      ...objectives.flatMap(objective => this.#objectiveConditions(objective, now, run)),
      ...this.#diskConditions(),
    ]
  }

  #objectiveConditions(objective: ObjectiveCounts, now: number, { freshness }: RunCondition): AlertCondition[] {
    const { cause, subject, counts, last } = objective
    if (cause === 'dead-letters') {
      const broken = brokenSource(subject, counts.badStreak(now, 3 * HOUR_MS), now)
      if (broken) return [broken]
    }
    const target = this.#targetOf(cause, subject.name, freshness)
    if (target === undefined) return []
    const options = { rules: rulesOf(cause), observedIn: this.#observedIn(now), last }
    const breach = burnBreach(target, windowMs => counts.within(now, windowMs), options)
    objective.last = breach?.rule.severity
    if (!breach) return []
    const { rule, counts: counted } = breach
    const share = `${percentText(counted.bad / counted.total)} of ${counted.total} in ${durationText(rule.longMs)}`
    const age = freshness.get(subject.name)?.age
    const summary = `${objectiveTexts[cause]!(subject.name, age)}: ${share}; the objective allows ${percentText(1 - target)}`
    return [{ cause, subject, severity: rule.severity, summary }]
  }

  #runConditions({ unavailable }: RunCondition): AlertCondition[] {
    if (unavailable === undefined) return []
    const subject = { kind: 'pipeline', name: this.#pipeline } as const
    return [{ cause: 'availability', subject, severity: 'page', summary: `the run accepts no records: ${unavailable}` }]
  }

  #diskConditions(): AlertCondition[] {
    const condition = this.#disk.condition(this.#thresholds)
    return condition ? [{ cause: 'disk', subject: { kind: 'pipeline', name: this.#pipeline }, ...condition }] : []
  }
}

/**
 * A source of which no record is accepted any more, as after a change of its producer: it shows in minutes, where the burn rate of an hour
 * waits for ten records.
 */
function brokenSource(
  subject: AlertSubject,
  { bad, since }: { readonly bad: number; readonly since: number },
  now: number,
): AlertCondition | undefined {
  if (bad < limits.SOURCE_REJECTED_MIN || now - since < limits.SOURCE_REJECTED_MS) return undefined
  const summary = `records of source '${subject.name}' are rejected: all of the last ${bad}, in ${spanTitle(now - since)}`
  return { cause: 'dead-letters', subject, severity: 'page', summary, began: since }
}

/** Retries of a few effects are no reason for a page; a receiver that takes nothing is judged by its effects. */
const rulesOf = (cause: AlertCause): readonly BurnRule[] =>
  cause === 'effects' ? burnRules.filter(({ severity }) => severity === 'ticket') : burnRules

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

const namesOf = (parts: readonly { readonly name: string }[]): ReadonlySet<string> => new Set(parts.map(({ name }) => name))

const percentText = (share: number): string => `${Number((share * 100).toPrecision(2))} %`
