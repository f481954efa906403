import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { WeightedHistogram } from './metric.ts'

test('a measurement counts by its weight, in its bucket and those above', async () => {
  const registry = new Registry()
  const histogram = new WeightedHistogram(registry, { name: 'h', help: 'what', labelNames: ['model', 'stage'], buckets: [1, 2] })
  histogram.observe(['m', 's'], 1, 3)
  histogram.observe(['m', 's'], 1.5, 2)
  histogram.observe(['m', 's'], 7, 1)
  histogram.observe(['m', 'x"y'], 0, 4)
  assert.deepEqual((await registry.metrics()).trim().split('\n'), [
    '# HELP h what',
    '# TYPE h histogram',
    'h_bucket{model="m",stage="s",le="1"} 3',
    'h_bucket{model="m",stage="s",le="2"} 5',
    'h_bucket{model="m",stage="s",le="+Inf"} 6',
    'h_sum{model="m",stage="s"} 13',
    'h_count{model="m",stage="s"} 6',
    'h_bucket{model="m",stage="x\\"y",le="1"} 4',
    'h_bucket{model="m",stage="x\\"y",le="2"} 4',
    'h_bucket{model="m",stage="x\\"y",le="+Inf"} 4',
    'h_sum{model="m",stage="x\\"y"} 0',
    'h_count{model="m",stage="x\\"y"} 4',
  ])
})
