import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedWorld } from '../../../test/verdict/generated.ts'
import { plainIntervals } from '../../../test/verdict/plain-intervals.ts'
import { planIntervals } from './clusters.ts'
import { isInconclusive } from '../domain/plan-types.ts'

test('means of one decision, with the errors of a textbook, for each block', async () => {
  const { t, clusters, select, report, valueOf } = generatedWorld(5, {
    groups: ['a', 'b'].map(name => ({ name, streams: true, cost: 1 })),
    values: [],
  })
  const batch = { kind: 'every', every: 1 } as const
  const intervals = planIntervals({ t, clusters: clusters.slice(0, 1) }, { horizon: 0, window: 0 }, { seed: 1, draws: 2000 })
  for (const rows of [select, report]) {
    const columns = ['group/a', 'group/b'].map(id => valueOf(new Map([[id, batch]]), rows))
    const [banded, plain] = [await intervals(columns, rows), await plainIntervals(clusters)(columns, rows)]
    for (const [i, column] of columns.entries()) {
      const [ours, other] = [banded[i], plain[i]]
      assert.ok(!isInconclusive(ours) && !isInconclusive(other))
      assert.ok(Math.abs(ours.value - column.reduce((sum, value) => sum + value, 0) / column.length) < 1e-12)
      assert.ok(ours.low < ours.value && ours.value < ours.high)
      assert.ok(ours.error > other.error * 0.7 && ours.error < other.error * 1.6, `${ours.error}, by the textbook ${other.error}`)
    }
  }
})

test('too few clusters give a reason instead of numbers', async () => {
  const length = 400
  const t = Float64Array.from({ length }, (_, row) => row * 864_000)
  const clusters = [{ name: 'patient', of: Int32Array.from({ length }, (_, row) => row % 9), count: 9 }]
  const [interval] = await planIntervals(
    { t, clusters },
    { horizon: 0, window: 0 },
    { seed: 1 },
  )([Float64Array.from(t, (_, row) => row % 2)], { from: 0, to: length })
  assert.ok(isInconclusive(interval))
  assert.match(interval.why, /9 patients/)
})
