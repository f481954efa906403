/**
 * `prove verdict`: an audit is right as often as it claims, on histories with a known truth. Each part is a file and a field of the result,
 * and holds by itself.
 */
import { auditsHold, proveAudits, type AuditsResult } from './audits.ts'
import { holds as threadsHold, prove as proveThreads, type ThreadsResult } from '../threads/prove.ts'
import { coverageHolds, coverageOf, type CoverageLine } from './coverage.ts'
import { proveScores, scoresHold, type ScoresResult } from './scores.ts'

export interface VerdictResult extends AuditsResult, ScoresResult {
  readonly coverage: readonly CoverageLine[]
  /** Whole audits on threads, for one case in twenty: a verdict on one core must be the verdict on several. */
  readonly threads: ThreadsResult
}

const CASES_A_THREAD_CASE = 20

interface VerdictOptions {
  readonly cases: number
  readonly seed: number
}

export async function prove({ cases, seed }: VerdictOptions): Promise<VerdictResult> {
  const coverage = coverageOf(cases, seed, line => console.error(line))
  const threads = await proveThreads({ cases: Math.ceil(cases / CASES_A_THREAD_CASE), seed })
  return { ...(await proveAudits({ cases, seed })), ...(await proveScores({ cases, seed })), coverage, threads }
}

export const holds = (result: VerdictResult): boolean =>
  coverageHolds(result.coverage, result.cases) && auditsHold(result) && scoresHold(result) && threadsHold(result.threads)
