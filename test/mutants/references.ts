/**
 * Cases of `prove parity` with the oracle's answers, computed once for all faults: the oracle is independent of the folders with faults,
 * and takes longer than the engines.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Case } from '../property/case.ts'
import { differences, outcomeOf, type Outcome } from '../property/compare.ts'
import { openEngine } from '../property/engines/engines.ts'
import { generate } from '../property/generate/generate.ts'

export interface Reference {
  readonly case: Case
  readonly outcome: Outcome
}

export async function writeReferences(file: string, cases: number, seed: number): Promise<void> {
  const oracle = await openEngine('oracle')
  const references: Reference[] = []
  for (let i = 0; i < cases; i++) {
    const of = generate(seed + i)
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
