import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UtilityIR } from '../../define/ir/ir.ts'
import { basisOf } from './basis.ts'

test('what decisions are counted by is said from the terms of their worth', () => {
  const said: readonly (readonly [UtilityIR, string])[] = [
    [
      { kind: 'caught', unit: 'late arrivals', budget: 0.1 },
      'of late arrivals each counts once, if the first action about it is done by the time it happens',
    ],
    [
      { kind: 'caught', unit: 'frauds', dollars: 120, wrong: 2.5 },
      'of frauds each counts once, if the first action about it is done by the time it happens; one is worth $120, and an action that was wrong costs $2.50',
    ],
    [
      { kind: 'notice', unit: 'lows', dollars: 3 },
      'of lows each counts the minutes from the first action about it until it happens; a minute is worth $3',
    ],
    [{ kind: 'money', saves: 50, wrong: 10 }, 'the first action in time saves $50; an action that was wrong costs $10'],
    [
      { kind: 'money', saves: 'amount', wrong: 10, blocks: 86_400_000 },
      "an action stops its key for 1 day; each event that it stops saves the dollars of its 'amount' if that was right, and costs $10 if it was wrong",
    ],
    [
      { kind: 'own', unit: 'rides', version: '2', budget: 0.1 },
      "each decision counts what the pipeline's own function says of it, in rides (version 2)",
    ],
  ]
  for (const [utility, text] of said) assert.equal(basisOf(utility), text)
})
