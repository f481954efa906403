/** Problems of the run now: one entry for each, the worst first, with its cause and the place to look at. */
import type { BatchRunAnswer, ModelAnswer, ObjectiveAnswer, PipelineAnswer, ReconciliationAnswer, StatusAnswer } from '../core/answers.ts'
import type { BatchRunsAnswer } from '../core/batch-answers.ts'
import { affectedPartsText, type AlertAnswer } from '../alerts/alert-answers.ts'
import { aftermathText, causeView } from '../alerts/alert-guidance.ts'
import { laterGroups } from '../alerts/source-trouble.ts'
import type { PageName } from '../core/location.ts'
import { countText, percentText, pluralText, spanText } from '../core/text.ts'
import { allAccepted, allRejected, increaseOf } from '../live/status-history.ts'
import { groupRunsIn } from '../runs/group-runs.ts'

export interface Problem {
  /** `bad` stops or loses something now; `warning` needs a person today. */
  readonly level: 'bad' | 'warning'
  readonly title: string
  readonly cause: string
  /** Its alert. */
  readonly firing?: AlertAnswer
  /** The view with the details. */
  readonly view: { readonly page: PageName; readonly item?: string; readonly query?: Readonly<Record<string, string>> }
}

/** A problem that the run's monitor also looks for, with the cause and subject of its alert. */
interface Finding extends Problem {
  /** Without a name: the whole pipeline. */
  readonly alert: { readonly cause: string; readonly name?: string }
}

/** The answers that problems are found in; those that the client may not read are absent. */
export interface Observed {
  readonly history: readonly StatusAnswer[]
  /** Alerts that fire. */
  readonly alerts?: readonly AlertAnswer[]
  readonly objectives?: readonly ObjectiveAnswer[]
  readonly batch?: BatchRunsAnswer
  readonly pipeline?: Pick<PipelineAnswer, 'groups'>
  readonly models?: readonly ModelAnswer[]
  readonly reconciliations?: readonly ReconciliationAnswer[]
}

/** Rejections in the last minutes show as a rate, older ones as a backlog. */
const RECENT_MS = 300_000
/** Fewer decisions than that say nothing about an objective: one bad decision of ten at night is no problem. */
const OBJECTIVE_DECISIONS_MIN = 100

/** The problems, the worst first. */
export function problemsOf(observed: Observed): Problem[] {
  const { history, alerts = [], objectives = [], batch = { runs: [], schedules: [] }, pipeline, models = [], reconciliations } = observed
  const status = history.at(-1)
  const findings = [
    ...objectives.flatMap(objectiveProblems),
    ...jobProblems(batch.runs),
    ...models.flatMap(modelProblems),
    ...reconcileProblems(reconciliations?.at(-1)),
  ]
  const problems = [
    ...(status ? runProblems(status) : []),
    ...alerts.map(alert => alertProblem(alert, laterGroups(alert, pipeline?.groups ?? [], groupRunsIn(batch), status?.at ?? alert.opened))),
    ...(status ? effectProblems(status) : []),
    ...findings.filter(finding => !isAlerted(alerts, finding)),
    ...(status ? letterProblems(status, history, alerts) : []),
  ]
  return [...problems.filter(({ level }) => level === 'bad'), ...problems.filter(({ level }) => level === 'warning')]
}

/** Says an alert that fires, or one of what it explains, the same? */
const isAlerted = (alerts: readonly AlertAnswer[], { alert: { cause, name } }: Finding): boolean =>
  alerts
    .flatMap(alert => [alert, ...alert.inhibited])
    .some(({ cause: other, subject }) => other === cause && (name ?? subject.name) === subject.name)

/** `later`: groups that it reaches only later. */
function alertProblem(alert: AlertAnswer, later: ReadonlyMap<string, string>): Problem {
  const { severity, summary } = alert
  const aftermath = aftermathText(alert)
  const view = causeView(alert)
  return {
    level: severity === 'page' ? 'bad' : 'warning',
    title: alert.now ?? summary,
    cause: [affectedPartsText(alert, later), `First: look at ${view.text}`, aftermath && `Once it is mended: ${aftermath}`]
      .filter(Boolean)
      .join('. '),
    firing: alert,
    view,
  }
}

function runProblems({ state, problem }: StatusAnswer): Problem[] {
  if (state === 'running') return []
  return [{ level: 'bad', title: 'The run accepts no events', cause: problem ?? `the run has ${state}`, view: { page: 'sources' } }]
}

/** Dead letters of sources that have no alert about them. */
function letterProblems({ deadLetters, at }: StatusAnswer, history: readonly StatusAnswer[], alerts: readonly AlertAnswer[]): Problem[] {
  const isAlertedSource = (source: string | null): boolean =>
    alerts.some(({ cause, subject }) => cause === 'dead-letters' && subject.name === source)
  const letters = deadLetters.filter(({ source }) => !isAlertedSource(source))
  const total = letters.reduce((sum, count) => sum + count.letters, 0)
  if (total === 0) return []
  const worst = letters.toSorted((a, b) => b.letters - a.letters)[0]
  const others = ({ sources, ...status }: StatusAnswer): StatusAnswer => ({
    ...status,
    sources: sources.filter(({ source }) => !isAlertedSource(source)),
  })
  const recent = increaseOf(history, RECENT_MS, status => allRejected(others(status)))
  const accepted = increaseOf(history, RECENT_MS, status => allAccepted(others(status)))
  const isRising = recent > 0
  const span = spanText(Math.min(RECENT_MS, at - (history[0]?.at ?? at)))
  const share = isRising ? `, ${percentText(recent / (recent + accepted))} of the records of the last ${span}` : ''
  return [
    {
      level: isRising && recent > accepted ? 'bad' : 'warning',
      title: isRising ? 'Records are being rejected' : `${pluralText(total, 'dead letter')} to settle`,
      cause: `${countText(worst.letters)} of ${countText(total)} by reason '${worst.reason}'${worst.source === null ? '' : ` of source '${worst.source}'`}${share}`,
      view: { page: 'dead-letters', query: { reason: worst.reason, ...(worst.source !== null && { source: worst.source }) } },
    },
  ]
}

const effectProblems = ({ effects }: StatusAnswer): Problem[] =>
  effects
    .filter(({ state }) => state === 'dead')
    .map(({ action, effects: dead }) => ({
      level: 'bad',
      title: `Action '${action}' does not reach its receiver`,
      cause: `${pluralText(dead, 'effect')} failed at the last attempt`,
      view: { page: 'actions', query: { action, state: 'dead' } },
    }))

function objectiveProblems({ group, age, share, recent }: ObjectiveAnswer): Finding[] {
  if (!recent || recent.decisions < OBJECTIVE_DECISIONS_MIN || recent.within / recent.decisions >= share) return []
  const part = percentText(recent.within / recent.decisions)
  return [
    {
      level: 'bad',
      title: `Features of '${group}' are older than their objective`,
      cause: `${part} of the last hour's decisions read values of at most ${spanText(age)}; the objective is ${percentText(share)}`,
      view: { page: 'features', item: group },
      alert: { cause: 'freshness', name: group },
    },
  ]
}

/** Groups whose last batch run failed. */
function jobProblems(runs: readonly BatchRunAnswer[]): Finding[] {
  const last = new Map(runs.map(run => [run.group, run]))
  return [...last.values()]
    .filter(({ state }) => state === 'failed')
    .map(({ group, number, error }) => ({
      level: 'bad',
      title: `The last batch run of '${group}' failed`,
      cause: `run ${number}: ${error ?? 'no reason is recorded'}; the values of the run before stay in use`,
      view: { page: 'runs', query: { group } },
      alert: { cause: 'batch-run', name: group },
    }))
}

function modelProblems({ model, drift, versions }: ModelAnswer): Finding[] {
  const last = versions.findLast(({ state }) => state !== 'training')
  const view = { page: 'models', item: model } as const
  const findings: Finding[] = []
  if (drift?.because !== undefined)
    findings.push({
      level: 'warning',
      title: `Model '${model}' drifts`,
      cause: drift.because,
      view,
      alert: { cause: 'drift', name: model },
    })
  if (last?.state === 'failed') {
    const cause = last.error ?? 'no reason is recorded'
    findings.push({
      level: 'warning',
      title: `The last training of '${model}' failed`,
      cause,
      view,
      alert: { cause: 'training', name: model },
    })
  }
  return findings
}

function reconcileProblems(last: ReconciliationAnswer | undefined): Finding[] {
  const unexplained = last?.done?.unexplained ?? 0
  if (unexplained === 0) return []
  const cause = `reconciliation ${last!.number} found no cause for ${pluralText(unexplained, 'value')} that differ from SQL over the same log`
  const view = { page: 'runs', query: { kind: 'reconciliation' } } as const
  return [{ level: 'bad', title: 'Recorded values differ without a cause', cause, view, alert: { cause: 'reconciliation' } }]
}
