/**
 * Cases of `prove parity` with the oracle's answers, computed once for all faults: the oracle is independent of the folders in
 * which faults are made, and takes longer than what it judges.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { FeatureIR } from '../../src/define/ir.ts'
import type { Case } from '../property/case.ts'
import { differences, outcomeOf, type Outcome } from '../property/compare.ts'
import { openEngine } from '../property/engines/engines.ts'
import { generate } from '../property/generate/generate.ts'

export interface Reference {
  readonly case: Case
  readonly outcome: Outcome
}

/**
 * A case in which features stand beside others over the same events in windows a third and three times as long, and beside
 * their counts: features that one structure of the kernel answers together, which drawn ones seldom are.
 */
function withCompanions(of: Case): Case {
  const groups = of.ir.groups.map(group => ({ ...group, features: group.features.flatMap(feature => [feature, ...companions(feature)]) }))
  return { ...of, ir: { ...of.ir, groups } }
}

function companions(feature: FeatureIR): FeatureIR[] {
  const { name, window, hop, where, before } = feature
  if (window === 'lifetime') return []
  const shorter = Math.ceil(window / 3)
  const count: FeatureIR = { name: `${name}_n`, agg: 'count', type: 'int', window, hop, ...(where && { where }), ...(before && { before }) }
  return [
    ...(shorter >= hop ? [{ ...feature, name: `${name}_s`, window: shorter }] : []),
    { ...feature, name: `${name}_l`, window: window * 3 },
    ...(feature.agg === 'count' ? [] : [count]),
  ]
}

export async function writeReferences(file: string, cases: number, seed: number): Promise<void> {
  const oracle = await openEngine('oracle')
  const references: Reference[] = []
  for (let i = 0; i < cases; i++) {
    const drawn = generate(seed + i)
    const of = i % 2 === 0 ? drawn : withCompanions(drawn)
    references.push({ case: of, outcome: await outcomeOf(oracle, of) })
  }
  oracle.close()
  writeFileSync(file, serialize(references))
}

/** The first difference of an engine from the references, as a line, or undefined if there is none. Stops at it. */
export async function firstDifference(file: string, engineName: string, cases: number): Promise<string | undefined> {
  const references = deserialize(readFileSync(file)) as Reference[]
  const engine = await openEngine(engineName)
  try {
    for (const { case: of, outcome } of references.slice(0, cases)) {
      const [difference] = differences(of, engineName, outcome, await outcomeOf(engine, of))
      if (difference) return `${engineName}, seed ${of.seed}: expected ${difference.expected}, got ${difference.got}`
    }
    return undefined
  } finally {
    engine.close()
  }
}
