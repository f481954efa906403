/** The stages of decisions and effects as histograms of a meter, in seconds, and counts of both. */
import { listen } from '../base/channels.ts'
import { limits } from '../base/limits.ts'
import { stageBuckets } from '../base/stage-buckets.ts'
import type { Meter } from './api.ts'

export interface MetricsOptions {
  /** `metrics.getMeter('spillway')` of `@opentelemetry/api`. */
  readonly meter: Meter
  /** Of this run alone; of all in the process unless given. */
  readonly run?: object
}

/** Measures what runs of this process decide and send from now on. What is returned ends that. */
export function measureDecisions({ meter, run }: MetricsOptions): () => void {
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: [...stageBuckets] } })
  const stage = histogram('spillway.stage.duration', 'How long each stage of a decision took, until it was durable.')
  const whole = histogram('spillway.decision.duration', 'From when the first record of its turn came in until a decision was durable.')
  const decisions = meter.createCounter('spillway.decisions', { description: 'Decisions that are durable.' })
  const effect = histogram('spillway.effect.stage.duration', 'Of effects that were delivered: queue, delivery and acknowledgement.')
  const tries = meter.createCounter('spillway.effect.tries', { description: 'Tries at effects, by what came of them.' })
  const stop = [
    listen('spillway:decision', ({ run: of, pipeline, model, count, stages }) => {
      if (run !== undefined && run !== of) return
      const named = { 'spillway.pipeline': pipeline, 'spillway.model': model }
      decisions.add(count, named)
      const all = Object.entries(stages).map(([name, ms]: [string, number]) => ({
        seconds: ms / 1000,
        of: { ...named, 'spillway.stage': name },
      }))
      const sum = all.reduce((seconds, one) => seconds + one.seconds, 0)
      // One measurement stands for all of them, and a meter takes one at a time.
      for (let times = Math.min(count, limits.METER_TIMES_MAX); times > 0; times--) {
        for (const one of all) stage.record(one.seconds, one.of)
        if (stages.waited !== undefined) whole.record(sum, named)
      }
    }),
    listen('spillway:effect', ({ run: of, pipeline, action, outcome, ...took }) => {
      if (run !== undefined && run !== of) return
      const named = { 'spillway.pipeline': pipeline, 'spillway.action': action }
      tries.add(1, { ...named, 'spillway.effect.outcome': outcome })
      if (outcome !== 'delivered') return
      for (const name of ['queue', 'delivery', 'acknowledgement'] as const)
        effect.record(took[`${name}Ms`] / 1000, { ...named, 'spillway.stage': name })
    }),
  ]
  return () => stop.forEach(unlisten => unlisten())
}
