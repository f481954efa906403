import { test } from 'node:test'
import { IR_VERSION } from '../../src/define/ir/ir.ts'
import { cases } from '../oracle/cases.ts'
import type { Case } from '../property/case.ts'
import { openEngine } from '../property/engines/engines.ts'
import { assertAnswers } from './expected-answers.ts'

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
        one.asks.forEach((ask, i) => assertAnswers(one.group, ask, rows[i]))
      }
      engine.close()
    })
