/**
 * Prometheus metrics whose values are read at each scrape, and histograms with weights. They are plain objects: a registry uses the name and
 * `get` of a metric, and no other member.
 */
import type { Metric, MetricValue, MetricValueWithName, Registry } from 'prom-client'

/** The name and the help text of a metric. */
interface MetricName {
  readonly name: string
  readonly help: string
}

/** Values by labels. */
export type LabelledValues = Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>

/** Registers a metric. `valuesOf` reads its values at each scrape; without values the metric has no line. */
export function registerMetric(
  registry: Registry,
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  valuesOf: () => LabelledValues,
): void {
  register(registry, type, { name, help }, () => Array.from(valuesOf(), ([labels, value]) => ({ labels, value })))
}

/** Registers a gauge without labels, which is absent while it has no value. */
export function registerGauge(registry: Registry, name: string, help: string, valueOf: () => number | undefined): void {
  registerMetric(registry, 'gauge', name, help, () => {
    const value = valueOf()
    return value === undefined ? [] : [[{}, value]]
  })
}

function register(
  registry: Registry,
  type: string,
  { name, help }: MetricName,
  valuesOf: () => readonly (MetricValue<string> | MetricValueWithName<string>)[],
): void {
  const metric = { name, help, type, get: () => Promise.resolve({ name, help, type, values: valuesOf() }) }
  registry.registerMetric(metric as unknown as Metric)
}

/** The labels and buckets of a histogram. */
interface WeightedHistogramOptions extends MetricName {
  readonly labelNames: readonly string[]
  /** Upper bounds, ascending; greater values count in the bucket of +Inf. */
  readonly buckets: readonly number[]
}

interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Counts by bucket; +Inf is last. */
  readonly counts: Float64Array
  sum: number
}

/** A histogram with weights: one measurement counts for many decisions that were made together. */
export class WeightedHistogram {
  readonly #options: WeightedHistogramOptions
  readonly #series = new Map<string, Series>()

  constructor(registry: Registry, options: WeightedHistogramOptions) {
    this.#options = options
    register(registry, 'histogram', options, () => this.#values())
  }

  /** Counts `value` `times` times. `labels` holds one value for each label name, in order. */
  observe(labels: readonly string[], value: number, times: number): void {
    const { counts, buckets, series } = this.#seriesOf(labels)
    let bucket = 0
    while (bucket < buckets.length && value > buckets[bucket]) bucket++
    counts[bucket] = counts[bucket] + times
    series.sum += value * times
  }

  #seriesOf(labels: readonly string[]): { counts: Float64Array; buckets: readonly number[]; series: Series } {
    const { labelNames, buckets } = this.#options
    const id = labels.join('\0')
    const series = this.#series.get(id) ?? {
      labels: Object.fromEntries(labelNames.map((name, i) => [name, labels[i]])),
      counts: new Float64Array(buckets.length + 1),
      sum: 0,
    }
    this.#series.set(id, series)
    return { counts: series.counts, buckets, series }
  }

  /** Cumulative counts: each bucket includes those below it. */
  #values(): MetricValueWithName<string>[] {
    const { name, buckets } = this.#options
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let cumulative = 0
      const lines = [...buckets, '+Inf'].map((le, i) => ({
        labels: { ...labels, le },
        value: (cumulative += counts[i]),
        metricName: `${name}_bucket`,
      }))
      return [...lines, { labels, value: sum, metricName: `${name}_sum` }, { labels, value: cumulative, metricName: `${name}_count` }]
    })
  }
}
