/** How long the stages of decisions and of effects take, for Prometheus: what the run tells on its channels, counted. */
import type { FastifyInstance } from 'fastify'
import { Counter, type Registry } from 'prom-client'
import { listen } from '../../base/channels.ts'
import { stageBuckets } from '../../base/stage-buckets.ts'
import type { Serving } from '../context/server-context.ts'
import { WeightedHistogram } from './weighted-histogram.ts'

export function stageMetrics(registry: Registry, app: FastifyInstance, { run }: Pick<Serving, 'run'>): void {
  const stop = [ofDecisions(registry, run), ofEffects(registry, run)]
  app.addHook('onClose', (_app, done) => {
    for (const unlisten of stop) unlisten()
    done()
  })
}

function ofDecisions(registry: Registry, run: object): () => void {
  const stage = new WeightedHistogram(registry, {
    name: 'spillway_stage_seconds',
    help: 'How long each stage of a decision took, until it was durable.',
    labelNames: ['model', 'stage'],
    buckets: stageBuckets,
  })
  const whole = new WeightedHistogram(registry, {
    name: 'spillway_decision_seconds',
    help: 'From when the first record of its turn came in until a decision was durable.',
    labelNames: ['model'],
    buckets: stageBuckets,
  })
  return listen('spillway:decision', ({ run: of, model, count, stages }) => {
    if (of !== run) return
    let sum = 0
    for (const [name, ms] of Object.entries(stages) as [string, number][]) {
      stage.observe([model, name], ms / 1000, count)
      sum += ms
    }
    // Of what was found undecided in the log nobody knows the whole.
    if (stages.waited !== undefined) whole.observe([model], sum / 1000, count)
  })
}

function ofEffects(registry: Registry, run: object): () => void {
  const stage = new WeightedHistogram(registry, {
    name: 'spillway_effect_stage_seconds',
    help: 'Of effects that were delivered: queue until the first try, delivery until the last, acknowledgement from there.',
    labelNames: ['action', 'stage'],
    buckets: stageBuckets,
  })
  const counter = (name: string, help: string, label: string) =>
    new Counter({ name, help, labelNames: ['action', label], registers: [registry] })
  const tries = counter('spillway_effect_tries_total', 'Tries at effects, by what came of them.', 'outcome')
  const deadlines = counter('spillway_effect_deadlines_total', 'Deadlines of effects that were delivered, or dead.', 'met')
  return listen('spillway:effect', ({ run: of, action, outcome, due, at, ...took }) => {
    if (of !== run) return
    tries.inc({ action, outcome })
    if (outcome === 'tried') return
    if (due !== undefined) deadlines.inc({ action, met: String(outcome === 'delivered' && at <= due) })
    if (outcome === 'dead') return
    for (const name of ['queue', 'delivery', 'acknowledgement'] as const) stage.observe([action, name], took[`${name}Ms`] / 1000, 1)
  })
}
