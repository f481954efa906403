/**
 * `npm run prove -- operations --cases 50`: seven clean weeks without a page; a quarter, and `cases` fortnights, with planted faults, each
 * heard once, by its cause, within five minutes of when a person needed to know.
 *
 * A history runs in a process of its own, one more at a time than there are cores, since each waits for its disk and threads. One of 15 days
 * takes two to three minutes. Histories that an earlier run has judged, over the same code, are not lived again.
 */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ProofOptions } from '../prove.ts'
import { type FaultName, faultKinds } from './faults.ts'
import { cleanHistory, type HistoryPlan, troubledHistory } from './history.ts'
import { JudgedHistories } from './judged-histories.ts'
import { isRight, type JudgedFault, type JudgedHistory } from './replay.ts'

const [CLEAN_DAYS, QUARTER_DAYS, CASE_DAYS] = [49, 91, 15]
/** The greatest share of pages that no fault explains. */
const NOISE_MAX = 0.2

export interface OperationsResult {
  readonly histories: number
  readonly days: number
  /** Records that the runs accepted. */
  readonly accepted: number
  readonly cleanWeeks: number
  readonly pagesInCleanWeeks: number
  /** A row for each kind: planted, heard right, and the minutes until they were heard, median and longest. */
  readonly faults: readonly FaultRow[]
  readonly wrong: readonly {
    readonly seed: number
    readonly fault: string
    readonly from: string
    readonly alerts: string
    readonly minutes: string
  }[]
  readonly pages: number
  readonly noise: readonly { readonly seed: number; readonly page: string }[]
  readonly noiseShare: number
  /** Records that no decision, and no dead letter, answers. */
  readonly lost: number
  readonly [field: string]: unknown
}

interface FaultRow {
  readonly kind: FaultName
  readonly planted: string
  readonly right: string
  readonly minutes: string
}

export async function prove({ cases, seed }: ProofOptions): Promise<OperationsResult> {
  const troubled = Array.from({ length: cases }, (_, i) => troubledHistory(seed + i, CASE_DAYS))
  const plans = [troubledHistory(seed, QUARTER_DAYS), cleanHistory(seed, CLEAN_DAYS), ...troubled]
  return resultOf(await lived(plans))
}

export const holds = ({ pagesInCleanWeeks, wrong, noiseShare, lost }: OperationsResult): boolean =>
  pagesInCleanWeeks === 0 && wrong.length === 0 && noiseShare <= NOISE_MAX && lost === 0

/** The judged histories, in the order of the plans. */
async function lived(plans: readonly HistoryPlan[]): Promise<JudgedHistory[]> {
  const histories: JudgedHistory[] = []
  const waiting = plans.entries()
  const judged = new JudgedHistories()
  const work = async (): Promise<void> => {
    for (const [i, plan] of waiting) {
      histories[i] = judged.get(plan) ?? judged.put(plan, await inProcess(plan))
      const { noise, faults, lost } = histories[i]
      const wrong = faults.filter(fault => !isRight(fault)).map(({ name }) => name)
      const found = [...wrong, ...noise, ...(lost > 0 ? [`${lost} records lost`] : [])].join(', ') || 'all right'
      console.error(`${histories.filter(Boolean).length} of ${plans.length} histories; seed ${plan.seed}, ${plan.days} days: ${found}`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work))
  return histories
}

async function inProcess(plan: HistoryPlan): Promise<JudgedHistory> {
  const args = ['-C', 'spillway-source', join(import.meta.dirname, 'replay-child.ts'), JSON.stringify(plan)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as JudgedHistory
}

export function resultOf(histories: readonly JudgedHistory[]): OperationsResult {
  const sum = (value: (history: JudgedHistory) => number, of = histories): number =>
    of.reduce((total, history) => total + value(history), 0)
  const clean = histories.filter(({ plan }) => plan.faults.length === 0)
  const noise = histories.flatMap(({ plan, noise: pages }) => pages.map(page => ({ seed: plan.seed, page })))
  const pages = sum(history => history.pages)
  return {
    histories: histories.length,
    days: sum(({ plan }) => plan.days),
    accepted: sum(history => history.accepted),
    cleanWeeks: sum(({ plan }) => plan.days, clean) / 7,
    pagesInCleanWeeks: sum(history => history.pages, clean),
    faults: (Object.keys(faultKinds) as FaultName[]).map(kind => rowOf(kind, histories)),
    wrong: histories.flatMap(({ plan, faults }) => faults.filter(fault => !isRight(fault)).map(fault => wrongOf(plan.seed, fault))),
    pages,
    noise,
    noiseShare: pages === 0 ? 0 : noise.length / pages,
    lost: sum(history => history.lost),
  }
}

function rowOf(kind: FaultName, histories: readonly JudgedHistory[]): FaultRow {
  const planted = histories.flatMap(({ faults }) => faults.filter(({ name }) => name === kind))
  const minutes = planted.flatMap(fault => fault.minutes ?? []).toSorted((a, b) => a - b)
  const times =
    minutes.length === 0 ? 'no alert' : `median ${minuteText(minutes[minutes.length >> 1])}, longest ${minuteText(minutes.at(-1)!)}`
  return { kind, planted: `${planted.length} planted`, right: `${planted.filter(fault => isRight(fault)).length} right`, minutes: times }
}

const wrongOf = (seed: number, { name, from, alerts, minutes }: JudgedFault): OperationsResult['wrong'][number] => ({
  seed,
  fault: name,
  from: new Date(from).toISOString(),
  alerts: alerts.length === 0 ? 'nothing' : alerts.join(' '),
  minutes: minutes === undefined ? '' : minuteText(minutes),
})

const minuteText = (minutes: number): string => `${minutes.toFixed(1)} min`
