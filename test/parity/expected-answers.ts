/** Answers of an engine compared with those of a hand-computed case. */
import assert from 'node:assert/strict'
import type { cases, Delivered, Rejected } from '../oracle/cases.ts'
import type { Answer } from '../property/case.ts'

type HandCase = (typeof cases)[number]

/** `answers`: one for each feature of the group, of one ask of the case. */
export function assertAnswers(
  { features }: HandCase['group'],
  { expect, exact = {}, why }: HandCase['asks'][number],
  answers: readonly Answer[],
): void {
  const byName = Object.fromEntries(features.map((feature, i) => [feature.name, answers[i]]))
  for (const [feature, expected] of Object.entries(expect))
    assert.deepEqual(
      byName[feature].rejected ? { rejected: byName[feature].rejected } : byName[feature].value,
      expected satisfies Delivered | Rejected,
      `${feature}: ${why}`,
    )
  for (const [feature, expected] of Object.entries(exact)) assert.equal(byName[feature].exact, expected, `${feature}: ${why}`)
}
