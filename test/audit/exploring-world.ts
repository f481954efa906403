/**
 * A history with known truth: payments of cards over days, an action that declines the likely frauds and hides their outcomes, and
 * exploration of a part of them.
 */
import { random, type Random } from '../../src/base/random.ts'
import { explorationOf } from '../../src/audit/experiment/replay/exploration-weights.ts'
import type { Cases, PlanDecisions } from '../../src/audit/domain/cases.ts'
import { clusteredSample, type ClusteredSample } from '../../src/audit/statistics/sample.ts'
import { casesOf } from './random-cases.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

export interface ExploringWorld {
  readonly days: number
  readonly perDay: number
  readonly cards: number
  /** Share of explored decisions. */
  readonly explore: number
}

export interface Explored {
  /** With all labels, and with those that the run has seen. */
  readonly truth: Cases
  readonly seen: Cases
  /** A sample of either, clustered by card and day. */
  readonly sampleOf: (cases: Cases) => ClusteredSample
  /** The decisions as they ran. */
  readonly now: PlanDecisions
  /** Decisions on older data: less informed scores. */
  readonly older: PlanDecisions
}

/** The score from which the action declines. */
export const THRESHOLD = 0.8

/** The likelier the fraud, the higher the score; cards and days have random effects. `chance` selects the explored decisions. */
export function exploringHistory(seed: number, { days, perDay, cards, explore }: ExploringWorld): Explored {
  const of = random(seed)
  const length = days * perDay
  const luckOfCard = Float64Array.from({ length: cards }, () => normal(of))
  const luckOfDay = Float64Array.from({ length: days }, () => normal(of))
  const t = Float64Array.from({ length }, (_, row) => (row * DAY) / perDay)
  const key = Int32Array.from({ length }, () => Math.floor(of() * cards))
  const day = Int32Array.from(t, time => Math.floor(time / DAY))
  const risk = Float64Array.from({ length }, (_, row) => normal(of) + 0.4 * luckOfCard[key[row]] + 0.3 * luckOfDay[day[row]])
  const fresh = risk.map(one => scoreOf(one + 0.5 * normal(of)))
  const stale = risk.map(one => scoreOf(SAME_SPREAD * (one + 1.2 * normal(of))))
  const label = Uint8Array.from(risk, one => Number(of() < 1 / (1 + Math.exp(1.5 - 1.6 * one))))
  const amount = Float64Array.from({ length }, () => 20 + 60 * of())
  const allTrue = new Uint8Array(length).fill(1)
  const outcome = t.map((time, row) => (label[row] === 1 ? time + HOUR : NaN))
  const clusters = [
    { name: 'card', of: key, count: cards },
    { name: 'day', of: day, count: days, span: DAY },
  ]
  const truth = { ...casesOf({ t, key, isLabelled: allTrue, eligible: allTrue, label, outcome, columns: { amount } }), clusters }
  const undone = Uint8Array.from({ length }, () => Number(of() < explore))
  const decided = (score: Float64Array): PlanDecisions => ({ score, scoredAt: t, actedAt: t, inline: true })
  return {
    truth,
    seen: hiddenOf(truth, fresh, undone, explore),
    sampleOf: cases => clusteredSample(cases, cases.blocks.test),
    now: decided(fresh),
    older: decided(stale),
  }
}

function hiddenOf(truth: Cases, score: Float64Array, undone: Uint8Array, explore: number): Cases {
  const isMet = (row: number): boolean => score[row] >= THRESHOLD
  const hidden = Uint8Array.from(undone, (is, row) => Number(isMet(row) && is === 0))
  const cases = {
    ...truth,
    isLabelled: truth.isLabelled.map((is, row) => (hidden[row] === 1 ? 0 : is)),
    label: truth.label.map((is, row) => (hidden[row] === 1 ? 0 : is)),
    outcome: truth.outcome.map((is, row) => (hidden[row] === 1 ? NaN : is)),
  }
  const chance = Float64Array.from(undone, (_, row) => (isMet(row) ? explore : 0))
  return { ...cases, ...explorationOf({ ...cases, hidden, chance, rows: cases.blocks.test }) }
}

/** Factor that makes the number of actions about equal for both. */
const SAME_SPREAD = 0.745

const scoreOf = (risk: number): number => 1 / (1 + Math.exp(-risk))

/** Normal draw (Box and Muller 1958). */
const normal = (of: Random): number => Math.sqrt(-2 * Math.log(1 - of())) * Math.cos(2 * Math.PI * of())
