/** Alerts on objectives: freshness of feature groups, deadlines of actions, and answers of the server. */
import type { PipelineIR } from '../../define/ir/index.ts'
import { affectedBy } from '../../monitor/index.ts'
import { dependentsText } from './affected-parts.ts'
import { type BurnObjective, burnAlerts, burnRecordings } from './burn-rates.ts'
import type { GeneratedAlert, RecordingRule, RuleSettings } from './rule.ts'

const freshness: BurnObjective = {
  name: 'freshness',
  cause: 'freshness',
  label: 'group',
  total: { name: 'spillway_freshness_decisions_total' },
  met: { name: 'spillway_freshness_decisions_within_objective_total' },
  budget: { objective: 'spillway_freshness_objective_ratio' },
}
const deadlineOf = (target: number): BurnObjective => ({
  name: 'deadline',
  cause: 'deadline',
  label: 'action',
  total: { name: 'spillway_effect_deadlines_total' },
  missed: { name: 'spillway_effect_deadlines_total', labels: { met: 'false' } },
  budget: { share: 1 - target },
})
const errorsOf = (target: number): BurnObjective => ({
  name: 'errors',
  cause: 'errors',
  total: { name: 'spillway_http_requests_total' },
  missed: { name: 'spillway_http_errors_total' },
  budget: { share: 1 - target },
})

/** The recording rules that the alerts read. */
export const objectiveRecordings = (ir: PipelineIR, settings: RuleSettings): RecordingRule[] =>
  [
    ...(readGroups(ir).length > 0 ? [freshness] : []),
    ...(actionsWithDeadline(ir).length > 0 ? [deadlineOf(settings.thresholds.deadlines)] : []),
    errorsOf(settings.thresholds.errors),
  ].flatMap(objective => burnRecordings(objective, settings))

/** Alerts of each feature group that a model reads, of each action with a deadline, and of the server. */
export function objectiveAlerts(ir: PipelineIR, settings: RuleSettings): GeneratedAlert[] {
  return [
    ...readGroups(ir).flatMap(({ name, source }) =>
      burnAlerts(
        freshness,
        {
          alert: 'SpillwayFreshness',
          part: name,
          labels: { group: name, source },
          misses: `decisions read feature group '${name}' older than its freshness objective`,
          affected: dependentsText(ir, { kind: 'group', name }),
          command: 'spillway inspect',
        },
        settings,
      ),
    ),
    ...actionsWithDeadline(ir).flatMap(({ name, model }) =>
      burnAlerts(
        deadlineOf(settings.thresholds.deadlines),
        {
          alert: 'SpillwayDeadline',
          part: name,
          labels: { action: name, model, ...sourceOf(ir, model) },
          misses: `effects of action '${name}' missed their deadline or are dead`,
          affected: dependentsText(ir, { kind: 'model', name: model }),
          command: `spillway effects --action ${name}`,
        },
        settings,
      ),
    ),
    ...burnAlerts(
      errorsOf(settings.thresholds.errors),
      {
        alert: 'SpillwayErrors',
        labels: {},
        misses: 'requests were answered with a server error',
        affected: 'Clients should retry; acknowledged events are safe.',
        command: 'spillway inspect --verify',
      },
      settings,
    ),
  ]
}

/** Feature groups that a model reads: only those can have decisions that miss a freshness objective. */
const readGroups = (ir: PipelineIR): PipelineIR['groups'] =>
  ir.groups.filter(({ name }) => affectedBy(ir, { kind: 'group', name }).models.length > 0)

/** The source on whose events a model decides, as a label: its lag makes effects late. */
function sourceOf({ models }: PipelineIR, name: string): { source?: string } {
  const decide = models.find(model => model.name === name)?.decide
  return decide?.kind === 'on' ? { source: decide.source } : {}
}

const actionsWithDeadline = ({ actions = [] }: PipelineIR) => actions.filter(action => action.deadline !== undefined)
