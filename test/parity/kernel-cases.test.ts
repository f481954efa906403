import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IR_VERSION } from '../../src/define/ir/ir.ts'
import { cases, type Delivered, type Refused } from '../oracle/cases.ts'
import type { Case } from '../property/case.ts'
import { openEngine } from '../property/engines/engines.ts'

/** A hand-computed case as an engine case, in this many blocks. */
function caseOf({ source, group, log, asks }: (typeof cases)[number], blocks: number): Case {
  return {
    seed: blocks,
    ir: { version: IR_VERSION, name: 'case', sources: [source], groups: [group], models: [] },
    log,
    blocks,
    asks: asks.map(({ key, prefix, t, trigger }) => ({
      group: group.name,
      key,
      prefix,
      t,
      place: group.place,
      ...(trigger !== undefined && { trigger }),
    })),
  }
}

for (const name of ['kernel', 'kernel-restored', 'log'])
  for (const one of cases)
    test(`${name}: ${one.name}`, async () => {
      const engine = await openEngine(name)
      for (const blocks of [1, 2, 5]) {
        const rows = await engine.values(caseOf(one, blocks))
        one.asks.forEach(({ expect, exact = {}, why }, i) => {
          const answers = Object.fromEntries(one.group.features.map((feature, j) => [feature.name, rows[i][j]]))
          for (const [feature, expected] of Object.entries(expect))
            assert.deepEqual(
              answers[feature].refused ? { refused: answers[feature].refused } : answers[feature].value,
              expected satisfies Delivered | Refused,
              `${feature}: ${why}`,
            )
          for (const [feature, expected] of Object.entries(exact)) assert.equal(answers[feature].exact, expected, `${feature}: ${why}`)
        })
      }
      engine.close()
    })
