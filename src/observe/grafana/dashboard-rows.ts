/** The rows of the dashboard of a pipeline: an overview, then one row for each source, feature group, model and action. */
import type { ActionIR, GroupIR, ModelIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { selector } from '../syntax/selector.ts'
import type { DashboardRow, PanelContent } from './panels.ts'

/** A window of a chart, which Grafana makes at least four scrapes long. */
const WINDOW = '$__rate_interval'

type Labels = Readonly<Record<string, string>>

const rate = (name: string, labels: Labels): string => `rate(${selector(name, labels)}[${WINDOW}])`
const quantile = (q: number, name: string, labels: Labels, by: string): string =>
  `histogram_quantile(${q}, sum by (${by}) (${rate(`${name}_bucket`, labels)}))`

/** The share of misses in a window over the share that may miss: 1 is exactly as fast as the objective allows. */
const burnRate = (total: string, missed: (window: string) => string, budget: string, window: string): string =>
  `(${missed(window)}) / sum by (job) (increase(${total}[${window}])) / (${budget})`

/** All rows, in the order of the event path. */
export function dashboardRows(ir: PipelineIR, job: string): DashboardRow[] {
  return [
    overview(ir, job),
    ...ir.sources.map(source => sourceRow(source, job)),
    ...ir.groups.map(group => groupRow(group, job)),
    ...ir.models.map(model => modelRow(model, job)),
    ...(ir.actions ?? []).flatMap(action => (action.do.kind === 'answer' ? [] : [actionRow(action, job)])),
  ]
}

function overview(ir: PipelineIR, job: string): DashboardRow {
  const own = { job }
  const stat = (title: string, expr: string, more: Partial<PanelContent> = {}): PanelContent => ({
    kind: 'stat',
    title,
    unit: 'short',
    queries: [{ expr, legend: title }],
    ...more,
  })
  const errors = `sum by (job) (rate(${selector('spillway_http_errors_total', own)}[${WINDOW}]))`
  return {
    title: `Pipeline ${ir.name}`,
    isCollapsed: false,
    panels: [
      stat('Accepts events', selector('spillway_up', own), { limit: 1, isLowBad: true }),
      stat('Events/s', `sum(${rate('spillway_events_total', own)})`, { unit: 'ops' }),
      stat('Decisions/s', `sum(${rate('spillway_decisions_total', own)})`, { unit: 'ops' }),
      stat('Firing alerts', `count(ALERTS{alertstate="firing", job=${JSON.stringify(job)}}) or vector(0)`, { limit: 1 }),
      stat('Free disk', `${selector('spillway_disk_free_bytes', own)} / ${selector('spillway_disk_size_bytes', own)}`, {
        unit: 'percentunit',
        limit: 0.05,
        isLowBad: true,
      }),
      stat('Rejected in 24 h', `sum(increase(${selector('spillway_rejected_records_total', own)}[1d]))`),
      chart('Time to durable decisions', 's', [
        { expr: quantile(0.5, 'spillway_decision_seconds', own, 'le'), legend: 'p50' },
        { expr: quantile(0.99, 'spillway_decision_seconds', own, 'le'), legend: 'p99' },
      ]),
      chart('HTTP requests/s for data', 'ops', [
        { expr: `sum by (job) (${rate('spillway_http_requests_total', own)})`, legend: 'all' },
        { expr: errors, legend: 'server errors' },
      ]),
      chart('Burn rate of HTTP errors', 'short', [
        burnLine('spillway_http_requests_total', 'spillway_http_errors_total', own, 0.001, '5m'),
        burnLine('spillway_http_requests_total', 'spillway_http_errors_total', own, 0.001, '1h'),
      ]),
      chart('Event loop delay, p99', 's', [{ expr: quantile(0.99, 'spillway_event_loop_delay_seconds', own, 'le'), legend: 'p99' }]),
      chart('Waiting records', 'short', [{ expr: selector('spillway_waiting_records', own), legend: 'records' }]),
      chart('Memory, write-ahead file', 'bytes', [
        { expr: selector('process_resident_memory_bytes', own), legend: 'memory' },
        { expr: selector('spillway_wal_bytes', own), legend: 'write-ahead file' },
      ]),
    ],
  }
}

const chart = (title: string, unit: string, queries: PanelContent['queries'], more: Partial<PanelContent> = {}): PanelContent => ({
  kind: 'timeseries',
  title,
  unit,
  queries,
  ...more,
})

function burnLine(total: string, missed: string, own: Labels, budget: number, window: string): PanelContent['queries'][number] {
  const missedIn = (within: string) => `sum by (job) (increase(${missed.includes('{') ? missed : selector(missed, own)}[${within}]))`
  return { expr: burnRate(selector(total, own), missedIn, String(budget), window), legend: window }
}

function sourceRow({ name }: SourceIR, job: string): DashboardRow {
  const own = { source: name, job }
  return {
    title: `Source ${name}`,
    isCollapsed: true,
    panels: [
      chart('Events/s', 'ops', [
        { expr: `sum by (outcome) (${rate('spillway_events_total', own)})`, legend: '{{outcome}}' },
        { expr: `sum by (job) (${rate('spillway_rejected_records_total', own)})`, legend: 'rejected' },
        { expr: `sum by (job) (${rate('spillway_late_events_total', own)})`, legend: 'late' },
      ]),
      chart('Lag', 's', [{ expr: selector('spillway_source_lag_seconds', own), legend: 'newest event' }], {
        description: 'How far the newest event time was behind the arrival of the last event.',
      }),
      chart('Rejected records/s by reason', 'ops', [
        { expr: `sum by (reason) (${rate('spillway_dead_letters_total', own)})`, legend: '{{reason}}' },
      ]),
    ],
  }
}

function groupRow({ name, place }: GroupIR, job: string): DashboardRow {
  const own = { group: name, job }
  const total = selector('spillway_freshness_decisions_total', own)
  const within = selector('spillway_freshness_decisions_within_objective_total', own)
  const ratio = selector('spillway_freshness_objective_ratio', own)
  const missed = (window: string) => `sum by (job) (increase(${total}[${window}])) - sum by (job) (increase(${within}[${window}]))`
  const budget = `1 - max by (job) (${ratio})`
  const hasRuns = place.kind === 'batch' || place.kind === 'hybrid'
  return {
    title: `Feature group ${name} (${place.kind})`,
    isCollapsed: true,
    panels: [
      chart('Decisions within the freshness objective', 'percentunit', [
        { expr: `sum by (job) (increase(${within}[1h])) / sum by (job) (increase(${total}[1h]))`, legend: 'last hour' },
        { expr: `max by (job) (${ratio})`, legend: 'objective' },
      ]),
      chart(
        'Burn rate',
        'short',
        ['5m', '1h', '6h'].map(window => ({ expr: burnRate(total, missed, budget, window), legend: window })),
        { limit: 14.4, description: '1 is exactly as fast as the objective allows.' },
      ),
      ...(hasRuns
        ? [
            chart('Age of the batch result in use', 's', [
              { expr: `time() - ${selector('spillway_batch_as_of_seconds', own)}`, legend: 'age' },
            ]),
          ]
        : []),
    ],
  }
}

function modelRow({ name, train }: ModelIR, job: string): DashboardRow {
  const own = { model: name, job }
  return {
    title: `Model ${name}`,
    isCollapsed: true,
    panels: [
      chart('Decisions/s', 'ops', [{ expr: `sum by (job) (${rate('spillway_decisions_total', own)})`, legend: 'decisions' }]),
      chart('Stages, p99', 's', [{ expr: quantile(0.99, 'spillway_stage_seconds', own, 'le, stage'), legend: '{{stage}}' }]),
      ...(train
        ? [
            chart('Champion', 'short', [
              { expr: selector('spillway_model_version', own), legend: 'version' },
              { expr: selector('spillway_model_drifted', own), legend: 'drifted' },
              { expr: selector('spillway_model_training_failed', own), legend: 'training failed' },
            ]),
            chart('Quality of the champion', 'short', [{ expr: selector('spillway_model_metric', own), legend: '{{metric}}' }]),
          ]
        : []),
    ],
  }
}

function actionRow({ name, deadline }: ActionIR, job: string): DashboardRow {
  const own = { action: name, job }
  const missed = selector('spillway_effect_deadlines_total', { ...own, met: 'false' })
  return {
    title: `Action ${name}`,
    isCollapsed: true,
    panels: [
      chart('Attempts/s', 'ops', [{ expr: `sum by (outcome) (${rate('spillway_effect_tries_total', own)})`, legend: '{{outcome}}' }]),
      chart('Stages of delivered effects, p99', 's', [
        { expr: quantile(0.99, 'spillway_effect_stage_seconds', own, 'le, stage'), legend: '{{stage}}' },
      ]),
      chart('Waiting and dead effects', 'short', [
        { expr: selector('spillway_effects_pending', own), legend: 'pending' },
        { expr: selector('spillway_effects_dead', own), legend: 'dead' },
      ]),
      ...(deadline === undefined
        ? []
        : [
            chart(
              'Burn rate of deadlines',
              'short',
              ['5m', '1h', '6h'].map(window => burnLine('spillway_effect_deadlines_total', missed, own, 0.01, window)),
              { limit: 14.4 },
            ),
          ]),
    ],
  }
}
