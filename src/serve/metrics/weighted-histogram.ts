/** A Prometheus histogram with weights: one measurement counts for many decisions that were made together. */
import type { Histogram, MetricValueWithName, Registry } from 'prom-client'

/** The name, help text, labels and buckets of a histogram. */
export interface WeightedHistogramOptions {
  readonly name: string
  readonly help: string
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

/** The series of one metric, by labels. */
export class WeightedHistogram {
  readonly #options: WeightedHistogramOptions
  readonly #series = new Map<string, Series>()

  constructor(registry: Registry, options: WeightedHistogramOptions) {
    this.#options = options
    const { name, help } = options
    const metric = { name, help, type: 'histogram', get: () => Promise.resolve({ name, help, type: 'histogram', values: this.#values() }) }
    // A registry uses no other member of its metrics.
    registry.registerMetric(metric as unknown as Histogram)
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
