/**
 * `prove threads`: one audit on 0, 1 and several threads gives the same report, byte for byte, over random pipelines and histories.
 *
 * With one thread, and with several on every second case, the threads compute every plan; on the other cases they compete with the main thread as in use. A plan that fails in a thread and not
 * in the main thread counts as a difference too, since the main thread then computes it again and the report hides the failure.
 */
import type { ModelIR } from '../../src/define/ir/ir.ts'
import { auditOn, type AuditText, type ThreadCase } from './case.ts'
import { threadCase } from './generate.ts'
import { recordThreads } from './regressions.ts'
import { shrunkThreads } from './shrink.ts'

export interface ThreadsResult {
  readonly cases: number
  readonly different: number
  /** Cases that end in a report; the others end in an error, which is compared too. */
  readonly reports: number
  /** Plans that threads computed and that a report used. */
  readonly plans: number
  /** Cases by trigger. */
  readonly triggers: Readonly<Record<ModelIR['decide']['kind'], number>>
  readonly seed: number
  readonly failures: readonly { readonly seed: number; readonly difference: string; readonly file: string }[]
}

const FAILURES_KEPT = 3
const PROGRESS_EVERY = 25
/** From this number of cases on each trigger occurs. */
const COVERING_CASES = 40
const REPORTS_LEAST = 0.8

interface ProveThreadsOptions {
  readonly cases: number
  readonly seed: number
  /** Shrinks failures and writes them to `test/regressions/`; true by default. */
  readonly isRecorded?: boolean
}

export async function prove({ cases, seed, isRecorded = true }: ProveThreadsOptions): Promise<ThreadsResult> {
  const sums = { different: 0, reports: 0, plans: 0 }
  const triggers = { on: 0, every: 0, request: 0 }
  const failures: { seed: number; difference: string; file: string }[] = []
  for (let done = 1; done <= cases; done++) {
    const of = threadCase((seed + done - 1) >>> 0)
    const { difference, isReport, plans } = await compareThreads(of)
    triggers[of.ir.models[0].decide.kind]++
    sums.plans += plans
    if (isReport) sums.reports++
    if (difference !== undefined) {
      sums.different++
      console.error(`threads: seed ${of.seed}: ${difference}`)
      if (failures.length < FAILURES_KEPT)
        failures.push({ seed: of.seed, difference, file: isRecorded ? recordThreads(await shrunkThreads(of), difference) : '' })
    }
    if (done % PROGRESS_EVERY === 0) console.error(`threads: ${done} of ${cases} cases, ${sums.plans} plans, ${sums.different} different`)
  }
  return { cases, ...sums, triggers, seed, failures }
}

export function holds({ cases, different, reports, plans, triggers }: ThreadsResult): boolean {
  const covers = cases < COVERING_CASES || Object.values(triggers).every(count => count > 0)
  return different === 0 && plans > cases && reports >= REPORTS_LEAST * cases && covers
}

interface Comparison {
  /** The first difference between two reports. */
  readonly difference: string | undefined
  readonly isReport: boolean
  readonly plans: number
}

/** The audit on no thread, on one and on several. */
export async function compareThreads(of: ThreadCase): Promise<Comparison> {
  const alone = await auditOn(of, 0)
  const several = 2 + (of.seed % 2)
  const others = [await auditOn(of, 1), await auditOn(of, several, of.seed % 4 < 2)]
  const differences = others.flatMap((other, i) => differenceOf(alone, other, i === 0 ? 1 : several))
  return { difference: differences[0], isReport: alone.isReport, plans: others.reduce((sum, { work }) => sum + (work?.used ?? 0), 0) }
}

const EXCERPT_LENGTH = 60

function differenceOf(alone: AuditText, other: AuditText, threads: number): string[] {
  if (other.text !== alone.text) {
    const at = Array.from(alone.text).findIndex((character, i) => character !== other.text[i])
    const part = ({ text }: AuditText): string => text.slice(Math.max(0, at - EXCERPT_LENGTH), at + EXCERPT_LENGTH)
    return [`on ${threads} threads …${part(other)}…, alone …${part(alone)}…`]
  }
  return other.work && other.work.missed > 0 ? [`on ${threads} threads ${other.work.missed} plans fail that do not fail alone`] : []
}
