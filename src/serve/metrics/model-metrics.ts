/** What a run trains, as metrics: which version scores, how old it is, how good it was, and whether the last training failed. From the registry, when it is asked for. */
import { Gauge, type Registry } from 'prom-client'
import { metricNames } from '../../training/metrics.ts'
import { driftStateOf, type DriftState } from '../../training/registry/drift-state.ts'
import { championFinder } from '../../training/registry/model-versions.ts'
import { versionsOf } from '../../training/registry/registry.ts'
import type { Version } from '../../training/registry/version.ts'
import type { Serving } from '../context/server-context.ts'

interface Trained {
  readonly model: string
  /** 0 is the score of the definition. */
  readonly scores: number
  readonly champion: Version | undefined
  readonly last: Version | undefined
  /** What the last look for drift has found. */
  readonly drift: DriftState | undefined
}

export function modelMetrics(registry: Registry, { ir, reader }: Pick<Serving, 'ir' | 'reader'>): void {
  const models = ir.models.filter(({ train }) => train)
  if (models.length === 0) return
  const championOf = championFinder(reader, ir)
  const trained = (): Trained[] =>
    models.map(one => {
      const model = one.name
      const versions = versionsOf(reader, model)
      const scores = championOf(one)
      const last = versions.findLast(({ state }) => state !== 'training')
      return { model, scores, champion: versions.find(({ number }) => number === scores), last, drift: driftStateOf(reader, model) }
    })
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    each: (gauge: Gauge<Label>, of: Trained) => void,
  ) =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames,
        registers: [],
        collect() {
          this.reset()
          for (const one of trained()) each(this, one)
        },
      }),
    )
  gauge('spillway_model_version', 'The version that scores; 0 is the score of the definition.', ['model'], (to, { model, scores }) =>
    to.set({ model }, scores),
  )
  gauge(
    'spillway_model_trained_seconds',
    'As of when the version that scores was trained, seconds since the epoch.',
    ['model'],
    (to, { model, champion }) => {
      if (champion) to.set({ model }, champion.at / 1000)
    },
  )
  gauge(
    'spillway_model_metric',
    'How good the version that scores was on decisions that it had not seen.',
    ['model', 'metric'],
    (to, { model, champion }) => {
      for (const metric of metricNames) {
        const value = champion?.trained?.metrics[metric]
        if (value !== undefined) to.set({ model, metric }, value)
      }
    },
  )
  gauge(
    'spillway_model_training_failed',
    '1 if the last training failed; what scored before still does.',
    ['model'],
    (to, { model, last }) => to.set({ model }, last?.state === 'failed' ? 1 : 0),
  )
  gauge('spillway_model_drifted', '1 if the last look for drift has found some.', ['model'], (to, { model, drift }) => {
    if (drift) to.set({ model }, drift.because === undefined ? 0 : 1)
  })
}
