/** OpenTelemetry metrics of decisions and effects: counts, and histograms of stage times in seconds. */
import { subscribeTo } from '../base/node/index.ts'
import { limits, stageBuckets } from '../base/index.ts'
import type { Meter } from './api.ts'

/** The options of `measureDecisions`. */
export interface MetricsOptions {
  /** `metrics.getMeter('spillway')` of `@opentelemetry/api`. */
  readonly meter: Meter
  /** Measures only this run; all runs of the process by default. */
  readonly run?: object
}

/**
 * Measures all decisions and effects of runs in this process from now on. Returns a function that ends the measurement.
 *
 * @example
 * ```ts
 * const stop = measureDecisions({ meter: metrics.getMeter('spillway') })
 * ```
 */
export function measureDecisions({ meter, run }: MetricsOptions): () => void {
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: [...stageBuckets] } })
  const stage = histogram('spillway.stage.duration', 'Time of each stage of a decision, until it was durable.')
  const total = histogram('spillway.decision.duration', 'Time from the first record of a turn until its decisions were durable.')
  const decisions = meter.createCounter('spillway.decisions', { description: 'Durable decisions.' })
  const effect = histogram('spillway.effect.stage.duration', 'Stage times of delivered effects: queue, delivery and acknowledgement.')
  const attempts = meter.createCounter('spillway.effect.tries', { description: 'Attempts at effects, by outcome.' })
  const unsubscribe = [
    subscribeTo('spillway:decision', ({ run: sender, pipeline, model, count, stages }) => {
      if (run !== undefined && run !== sender) return
      const labels = { 'spillway.pipeline': pipeline, 'spillway.model': model }
      decisions.add(count, labels)
      const measured = Object.entries(stages).map(([name, ms]: [string, number]) => ({
        seconds: ms / 1000,
        labels: { ...labels, 'spillway.stage': name },
      }))
      const sum = measured.reduce((total, { seconds }) => total + seconds, 0)
      // The decisions of a batch share one measurement, and a meter records one value at a time.
      for (let repeats = Math.min(count, limits.METER_TIMES_MAX); repeats > 0; repeats--) {
        for (const { seconds, labels } of measured) stage.record(seconds, labels)
        if (stages.waited !== undefined) total.record(sum, labels)
      }
    }),
    subscribeTo('spillway:effect', ({ run: sender, pipeline, action, outcome, ...times }) => {
      if (run !== undefined && run !== sender) return
      const labels = { 'spillway.pipeline': pipeline, 'spillway.action': action }
      attempts.add(1, { ...labels, 'spillway.effect.outcome': outcome })
      if (outcome !== 'delivered') return
      for (const name of ['queue', 'delivery', 'acknowledgement'] as const)
        effect.record(times[`${name}Ms`] / 1000, { ...labels, 'spillway.stage': name })
    }),
  ]
  return () => unsubscribe.forEach(end => end())
}
