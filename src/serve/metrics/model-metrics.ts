/**
 * Prometheus metrics of trained models: the champion, its training time and quality, failures of training, and drift. The registry is
 * read at each scrape.
 */
import { Gauge, type Registry } from 'prom-client'
import type { ModelState } from '../../operate/index.ts'
import { metricNames } from '../../training/index.ts'
import type { ServerContext } from '../context/server-context.ts'

/** Registers the metrics, if the pipeline trains models. */
export function registerModelMetrics(registry: Registry, { ir, folder }: Pick<ServerContext, 'ir' | 'folder'>): void {
  if (!ir.models.some(({ train }) => train)) return
  const states = folder.models.stateReader(ir)
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    each: (gauge: Gauge<Label>, state: ModelState) => void,
  ) =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames,
        registers: [],
        collect() {
          this.reset()
          for (const state of states()) each(this, state)
        },
      }),
    )
  gauge('spillway_model_version', 'Version of the champion; 0 is the score of the definition.', ['model'], (to, { model, scores }) =>
    to.set({ model }, scores),
  )
  gauge(
    'spillway_model_trained_seconds',
    'Training time of the champion, seconds since the epoch.',
    ['model'],
    (to, { model, champion }) => {
      if (champion) to.set({ model }, champion.at / 1000)
    },
  )
  gauge(
    'spillway_model_metric',
    'Quality of the champion on decisions that it was not trained on.',
    ['model', 'metric'],
    (to, { model, champion }) => {
      for (const metric of metricNames) {
        const value = champion?.trained?.metrics[metric]
        if (value !== undefined) to.set({ model, metric }, value)
      }
    },
  )
  gauge('spillway_model_training_failed', '1 if the last training failed; the champion stays.', ['model'], (to, { model, last }) =>
    to.set({ model }, last?.state === 'failed' ? 1 : 0),
  )
  gauge('spillway_model_drifted', '1 if the last drift check found drift.', ['model'], (to, { model, drift }) => {
    if (drift) to.set({ model }, drift.because === undefined ? 0 : 1)
  })
}
