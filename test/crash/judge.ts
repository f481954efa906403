/** Faults of a disk at the end of a case, however often it crashed. */
import { LOG_START } from '../../src/log/named-values.ts'
import { asksOf, checkAnswers } from './answers.ts'
import { checkOracle } from './oracle-law.ts'
import type { CrashCase } from './case.ts'
import { checkPublishedEffects } from './effect-laws.ts'
import { madeIn, type Era } from './eras.ts'
import { checkExplored } from './explored-law.ts'
import { entriesOf, logOf } from './inspect.ts'
import { checkCut, checkDecisions, checkPublishedDecisions, type Part } from './laws.ts'
import type { Disk } from './model-store.ts'
import { checkRuns } from './run-laws.ts'
import { checkOrder, checkLog } from './log-laws.ts'
import { checkTrainings, checkVersions, type TrainingNotices, type TrainedCounts } from './training-laws.ts'
import { fault, noFault, type Verdict } from './verdict.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly events: number
  readonly decisions: number
  /** Batch runs that were swapped in. */
  readonly swaps?: number
  /** Explored decisions. */
  readonly explored?: number
  readonly trained?: TrainedCounts
  readonly byOracle: boolean
}

/** A case at its end. */
export interface CaseEvidence {
  readonly of: CrashCase
  readonly eras: readonly Era[]
  /** Published decisions, by `decisionKey`. */
  readonly published: ReadonlyMap<string, string>
  /** Published effects, by id. */
  readonly publishedEffects: ReadonlyMap<string, string>
  /** Decisions that answered requests, by request number. */
  readonly answers: ReadonlyMap<number, string>
  /** Numbers of batch runs that were reported in use. */
  readonly batchRuns?: readonly number[]
  /** Versions and promotions that were reported. */
  readonly promoting?: TrainingNotices | undefined
  /** Acknowledged and lost. */
  readonly lost: readonly string[]
  /** Failed recoveries and runs. */
  readonly broken: readonly string[]
}

export async function judge(
  { of, eras, published, publishedEffects, answers, batchRuns = [], promoting, lost, broken }: CaseEvidence,
  left: Disk,
): Promise<Judgement> {
  const verdict = noFault()
  const disk = whole(left)
  for (const detail of lost) fault(verdict, 'lost', detail)
  for (const detail of broken) fault(verdict, 'different', detail)
  let events = 0
  let byOracle = false
  let swaps = 0
  let explored = 0
  let trained: TrainedCounts | undefined
  try {
    const { segments, strings } = logOf(of.ir, disk)
    const entries = entriesOf(of.ir, segments, strings)
    events = entries.length
    swaps = entries.filter(entry => 'mark' in entry && entry.mark.kind === 'swap').length
    if (broken.length === 0) checkLog(verdict, of, disk, entries)
    checkOrder(verdict, of.ir, entries)
    checkPublishedDecisions(verdict, published, disk)
    checkPublishedEffects(verdict, publishedEffects, disk)
    checkAnswers(verdict, of, answers, entries, disk)
    checkRuns(verdict, [of.ir, ...(of.changed ?? [])], disk, entries, batchRuns, of.keep === undefined)
    if (promoting) trained = await checkTrainings(verdict, of, disk, entries, { notices: promoting, last: eras.at(-1)?.ir ?? of.ir })
    for (const [i, { ir }] of eras.entries()) {
      const part: Part = {
        verdict,
        ir,
        disk,
        isAlone: eras.length === 1,
        hasRuns: of.runs !== undefined,
        own: decisions => madeIn(eras, i, decisions),
      }
      await checkDecisions(part, of.partitions)
      checkCut(part, of.seed)
      explored += checkExplored(part)
      if (trained) trained = { ...trained, shadows: trained.shadows + checkVersions(part, entries) }
      byOracle = checkOracle(part, asksOf(of), entries)
    }
  } catch (error) {
    fault(verdict, 'different', `what survived cannot be read: ${String((error as Error).stack ?? error)}`)
  }
  const decisions = disk.commits.flatMap(commit => commit.decisions ?? []).reduce((sum, { count }) => sum + count, 0)
  return { verdict, events, decisions, swaps, explored, ...(trained && { trained }), byOracle }
}

/** With everything that was forgotten, like a run that keeps its whole log. */
const whole = ({ commits, ...disk }: Disk): Disk => ({
  ...disk,
  commits: commits.map(({ forget: _forget, put = [], ...commit }) => ({ ...commit, put: put.filter(([name]) => name !== LOG_START) })),
})
