import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { worstCaveats } from '../domain/caveat.ts'
import { caveatText } from '../domain/caveat.ts'
import { volumeCaveats } from './volume-caveat.ts'

const [, cards] = fraudReport.elements
const acting = (threshold: number, volume: number, anew = volume) => ({
  ...cards,
  levels: cards.levels.slice(0, 1).map(level => ({
    ...level,
    frozen: { ...level.frozen, performance: { ...level.frozen.performance, actionsPerWeek: threshold } },
    frozenAtBudget: { ...level.frozenAtBudget, performance: { ...level.frozenAtBudget.performance, actionsPerWeek: volume } },
    refit: 'why' in level.refit ? level.refit : { ...level.refit, performance: { ...level.refit.performance, actionsPerWeek: anew } },
  })),
})

test('reports a level whose number of actions differs by more than a tenth, at its threshold and at equal volume', () => {
  assert.deepEqual(volumeCaveats([acting(1_100, 1_000)], 1_000), [])
  const [more, ...others] = volumeCaveats([acting(9_304, 1_000)], 1_063)
  assert.deepEqual(others, [])
  assert.match(
    caveatText(more),
    /^at the same threshold, .*: 9,304 actions a week instead of 1,063, so part of the difference in that column is due to alert volume; verdicts/,
  )
  const [less] = volumeCaveats([acting(1_000, 800)], 1_000)
  assert.match(caveatText(less), /^at equal alert volume the counts differ, .*: 800 actions a week instead of 1,000/)
})

test('reports the level of an element that differs most, for each volume; none if nothing acts now', () => {
  const two = [acting(2_000, 700), acting(200, 900)]
  assert.deepEqual(
    worstCaveats(volumeCaveats(two, 1_000)).map(caveat => [caveat.kind, 'actions' in caveat && caveat.actions]),
    [
      ['other volume', 200],
      ['other volume', 700],
    ],
  )
  assert.deepEqual(volumeCaveats(two, 0), [])
})
