/** Prometheus metrics of stage times of decisions and effects, counted from the run's diagnostics channels. */
import type { FastifyInstance } from 'fastify'
import { Counter, type Registry } from 'prom-client'
import { subscribeTo } from '../../base/node/index.ts'
import { stageBuckets } from '../../base/index.ts'
import type { ActionIR } from '../../define/ir/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { WeightedHistogram } from './metric.ts'

/** Registers the metrics, and counts until the app closes. */
export function registerStageMetrics(registry: Registry, app: FastifyInstance, { run, ir }: Pick<ServerContext, 'run' | 'ir'>): void {
  const stop = [measureDecisionStages(registry, run), measureEffectStages(registry, run, ir.actions ?? [])]
  app.addHook('onClose', (_app, done) => {
    for (const unlisten of stop) unlisten()
    done()
  })
}

function measureDecisionStages(registry: Registry, run: object): () => void {
  const stage = new WeightedHistogram(registry, {
    name: 'spillway_stage_seconds',
    help: 'Time of each stage of a decision, until it was durable.',
    labelNames: ['model', 'stage'],
    buckets: stageBuckets,
  })
  const total = new WeightedHistogram(registry, {
    name: 'spillway_decision_seconds',
    help: 'Time from the first record of a turn until its decisions were durable.',
    labelNames: ['model'],
    buckets: stageBuckets,
  })
  return subscribeTo('spillway:decision', ({ run: sender, model, count, stages }) => {
    if (sender !== run) return
    let sum = 0
    for (const [name, ms] of Object.entries(stages) as [string, number][]) {
      stage.observe([model, name], ms / 1000, count)
      sum += ms
    }
    // Decisions that were recovered from the log have no first stage, so their total is unknown.
    if (stages.waited !== undefined) total.observe([model], sum / 1000, count)
  })
}

function measureEffectStages(registry: Registry, run: object, actions: readonly ActionIR[]): () => void {
  const stage = new WeightedHistogram(registry, {
    name: 'spillway_effect_stage_seconds',
    help: 'Stage times of delivered effects: queue until the first try, delivery until the last, then acknowledgement.',
    labelNames: ['action', 'stage'],
    buckets: stageBuckets,
  })
  const counter = (name: string, help: string, label: string) =>
    new Counter({ name, help, labelNames: ['action', label], registers: [registry] })
  const tries = counter('spillway_effect_tries_total', 'Attempts at effects, by outcome.', 'outcome')
  const deadlines = counter('spillway_effect_deadlines_total', 'Deadlines of delivered and dead effects.', 'met')
  // From the start, so that a first failure is an increase.
  for (const { name: action, deadline } of actions.filter(({ do: { kind } }) => kind !== 'answer')) {
    for (const outcome of ['delivered', 'tried', 'dead']) tries.inc({ action, outcome }, 0)
    if (deadline !== undefined) for (const met of ['true', 'false']) deadlines.inc({ action, met }, 0)
  }
  return subscribeTo('spillway:effect', ({ run: sender, action, outcome, due, at, ...times }) => {
    if (sender !== run) return
    tries.inc({ action, outcome })
    if (outcome === 'tried') return
    if (due !== undefined) deadlines.inc({ action, met: String(outcome === 'delivered' && at <= due) })
    if (outcome === 'dead') return
    for (const name of ['queue', 'delivery', 'acknowledgement'] as const) stage.observe([action, name], times[`${name}Ms`] / 1000, 1)
  })
}
