/**
 * `prove verdict`: what an audit says is right as often as it claims, on histories whose truth is known. Each part is a file and a field of the result, and holds by itself.
 */
import { auditsHold, proveAudits, type AuditsResult } from './audits.ts'
import { coverageHolds, coverageOf, type CoverageLine } from './coverage.ts'
import { proveScores, scoresHold, type ScoresResult } from './scores.ts'

export interface VerdictResult extends AuditsResult, ScoresResult {
  readonly coverage: readonly CoverageLine[]
}

interface VerdictOptions {
  readonly cases: number
  readonly seed: number
}

export async function prove({ cases, seed }: VerdictOptions): Promise<VerdictResult> {
  const coverage = coverageOf(cases, seed, line => console.error(line))
  return { ...(await proveAudits({ cases, seed })), ...(await proveScores({ cases, seed })), coverage }
}

export const holds = (result: VerdictResult): boolean =>
  coverageHolds(result.coverage, result.cases) && auditsHold(result) && scoresHold(result)
