import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { historyBlocks } from './history-blocks.ts'

test('blocks are shares of the decisions, each followed by a gap in which its labels settle', () => {
  const t = Float64Array.from({ length: 100 }, (_, i) => i * 10)
  assert.deepEqual(historyBlocks(t, 20, 990), {
    train: { from: 0, to: 39 },
    tune: { from: 40, to: 49 },
    select: { from: 50, to: 74 },
    report: { from: 75, to: 98 },
    test: { from: 50, to: 98 },
  })
  assert.deepEqual(historyBlocks(t, 0, 5000).report, { from: 75, to: 100 }, 'labels are settled long before the end')
})

test('decisions of one time share a block; no judged label depends on the next block', () => {
  const next = random(2)
  for (let round = 0; round < 200; round++) {
    let time = 0
    const t = Float64Array.from({ length: 100 + Math.floor(next() * 200) }, () => (time += next() < 0.5 ? 0 : Math.floor(next() * 20)))
    const [horizon, until] = [Math.floor(next() * 6), time + Math.floor(next() * 20)]
    const { train, tune, select, report } = historyBlocks(t, horizon, until)
    const all = [train, tune, select, report]
    all.forEach(({ from, to }, i) => {
      const end = all[i + 1] ? t[all[i + 1].from] : until
      assert.ok(from === 0 || t[from - 1] < t[from])
      assert.ok(from < to && t[to - 1] + horizon <= end, `round ${round}`)
      const next = all[i + 1]?.from ?? t.length
      assert.ok(to === next || t[to] + horizon > end, 'and no decision is left out that need not be')
    })
  }
})

test('a history too short for its label names the empty block', () => {
  const t = Float64Array.from({ length: 100 }, (_, i) => i * 1000)
  assert.throws(() => historyBlocks(t, 20_000, 99_000), {
    code: 'SPILL_HISTORY',
    message:
      "of 100 decisions within 99s none is left for the block 'tune', which ends 20s, the horizon of the label, before the next: give a longer history",
  })
  assert.throws(() => historyBlocks(new Float64Array(50).fill(7), 1, 7), {
    code: 'SPILL_HISTORY',
    message: /^all 50 decisions have the same time, 1970-01-01T00:00:00.007Z, .*check the time column/,
  })
})
