/** A histogram for Prometheus in which one measurement may stand for many: decisions that are made together have one. */
import type { Histogram, MetricValueWithName, Registry } from 'prom-client'

export interface WeightedHistogramOptions {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  /** Upper bounds, ascending; what is above the last counts as infinite. */
  readonly buckets: readonly number[]
}

interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** By bucket, the infinite one last. */
  readonly counts: Float64Array
  sum: number
}

export class WeightedHistogram {
  readonly #options: WeightedHistogramOptions
  readonly #series = new Map<string, Series>()

  constructor(registry: Registry, options: WeightedHistogramOptions) {
    this.#options = options
    const { name, help } = options
    const metric = { name, help, type: 'histogram', get: () => Promise.resolve({ name, help, type: 'histogram', values: this.#values() }) }
    // A registry asks its metrics for no more than that.
    registry.registerMetric(metric as unknown as Histogram)
  }

  /** One value a label, in the order of their names. */
  observe(labels: readonly string[], value: number, times: number): void {
    const { counts, buckets, series } = this.#of(labels)
    let bucket = 0
    while (bucket < buckets.length && value > buckets[bucket]) bucket++
    counts[bucket] = counts[bucket] + times
    series.sum += value * times
  }

  #of(labels: readonly string[]): { counts: Float64Array; buckets: readonly number[]; series: Series } {
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

  /** Each bucket counts what is in those below it too. */
  #values(): MetricValueWithName<string>[] {
    const { name, buckets } = this.#options
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let upTo = 0
      const lines = [...buckets, '+Inf'].map((le, i) => ({
        labels: { ...labels, le },
        value: (upTo += counts[i]),
        metricName: `${name}_bucket`,
      }))
      return [...lines, { labels, value: sum, metricName: `${name}_sum` }, { labels, value: upTo, metricName: `${name}_count` }]
    })
  }
}
