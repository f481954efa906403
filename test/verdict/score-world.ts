/**
 * Histories of scored decisions with a known truth: the probability of each outcome, and each group's information about it at each age.
 *
 * Keys burst for three hours now and then. `fast` sees the burst; a copy that is older than a block sees an earlier, unrelated one. `idle`
 * is noise of no weight, fresh or stale. So a day-old `fast` loses the information of bursts, and a day-old `idle` loses nothing. Each kind
 * of history adds one difficulty that audits had.
 */
import { random, type Random } from '../../src/base/random.ts'
import type { Cases, PlanDecisions } from '../../src/audit/domain/cases.ts'
import { elementId, type Plan, type ElementSetting } from '../../src/audit/domain/element.ts'
import { historyBlocks } from '../../src/audit/experiment/history-blocks.ts'
import type { Arm, Experiment } from '../../src/audit/experiment/experiment.ts'

export const scoreWorldKinds = [
  'plain',
  'drifting scores',
  'short history',
  'windows longer than the history',
  'drifting base rate',
  'costly false alarms',
  'ineligible decisions and a gating score',
  'retrained baseline below what runs',
] as const

export type ScoreWorldKind = (typeof scoreWorldKinds)[number]

export interface ScoreWorld {
  readonly kind: ScoreWorldKind
  readonly experiment: Experiment
  /** By decision, the probability of its outcome. */
  readonly likely: Float64Array
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const BLOCK = 3 * HOUR
const HORIZON = 12 * HOUR

const KEYS = 150
const A_DAY = 200
const DAYS = 60
const DAYS_SHORT = 20
/** Share of a key's blocks that burst. */
const BURSTS = 0.06

/** `strength`: additional probability of the outcome in a burst, 0 to 1. */
export function scoreWorld(seed: number, kind: ScoreWorldKind, strength: number): ScoreWorld {
  const chance = random(seed)
  const days = kind === 'short history' ? DAYS_SHORT : DAYS
  const length = days * A_DAY
  const t = Float64Array.from({ length }, () => Math.floor(chance() * days * DAY)).sort()
  const key = Int32Array.from({ length }, () => Math.floor(chance() * KEYS))
  const leans = Float64Array.from({ length: KEYS }, () => normal(chance))
  const noise = Float64Array.from({ length }, () => normal(chance))
  const salt = Math.floor(chance() * 2 ** 31)
  const part = (row: number): number => t[row] / (days * DAY)
  const bursts = (row: number, age: number): boolean => drawn(salt, key[row], Math.floor((t[row] - age) / BLOCK)) < BURSTS
  const fills = (row: number): number => (kind === 'windows longer than the history' ? part(row) : 1)
  const base = (row: number): number => 0.02 * (kind === 'drifting base rate' ? 0.5 + 3 * part(row) : 1)
  const likely = Float64Array.from({ length }, (_, row) =>
    Math.min(0.95, base(row) * Math.exp(leans[key[row]]) + (bursts(row, 0) ? 0.5 * strength * fills(row) : 0)),
  )
  const idleWeight = chance() < 0.5 ? 0.03 : 0.4
  const isEpisode = kind === 'ineligible decisions and a gating score'
  const eligible = Uint8Array.from({ length }, () => Number(!isEpisode || chance() >= 0.08))
  const label = Uint8Array.from(likely, (p, row) => Number(chance() < p) & eligible[row])
  const cases = casesOf({ t, key, label, eligible, until: days * DAY })

  const scoresOf = (arm: Arm, { fast, idle }: Ages): Float64Array =>
    Float64Array.from({ length }, (_, row) => {
      if (eligible[row] === 0) {
        // The running model excludes keys in an episode, by a level as old as its features. A model trained without those keys cannot.
        const isSeen = arm === 'withoutRetraining' && (fast === 0 || drawn(salt + 1, row, 0) < 0.5)
        return isSeen ? -9 : 6 + noise[row]
      }
      const isPoor = kind === 'retrained baseline below what runs' && arm === 'withRetraining'
      const signal = (bursts(row, fast) ? 0.5 + 2.5 * strength : 0) * fills(row) * (isPoor ? 0.05 : 1)
      const idles = idleWeight * (drawn(salt + 2, key[row], Math.floor((t[row] - idle) / BLOCK)) - 0.5)
      // A model trained on stale features relies on a trend: a threshold from an earlier block makes it act many times as often.
      const trend = arm === 'withoutRetraining' ? 1.2 : fast > 0 ? 3 : 0.4
      const drift = kind === 'drifting scores' ? trend * part(row) + (arm === 'withoutRetraining' && fast > 0 ? 1 : 0) : 0
      return signal + 0.8 * leans[key[row]] + idles + drift + 0.6 * noise[row]
    })
  return { kind, likely, experiment: experimentOf(cases, scoresOf) }
}

interface Ages {
  readonly fast: number
  readonly idle: number
}

/** The experiment's interface of an audit: scores under plans, each computed once. */
function experimentOf(cases: Cases, scoresOf: (arm: Arm, ages: Ages) => Float64Array): Experiment {
  const scores = new Map<string, Float64Array>()
  const { t } = cases
  const decisionsUnder = (plan: Plan, arm: Arm): Promise<PlanDecisions> => {
    const ages = { fast: ageOf(plan, 'fast'), idle: ageOf(plan, 'idle') }
    const name = `${arm} ${ages.fast} ${ages.idle}`
    const score = scores.get(name) ?? scoresOf(arm, ages)
    scores.set(name, score)
    return Promise.resolve({ score, scoredAt: t, actedAt: t, inline: false })
  }
  const scored = { from: 0, to: cases.length }
  return { cases, scored, notes: [], delay: 0, why: () => undefined, decisionsUnder } as unknown as Experiment
}

function ageOf(plan: Plan, group: string): number {
  const setting: ElementSetting = plan.get(elementId({ kind: 'group', group })) ?? { kind: 'now' }
  if (setting.kind === 'older') return setting.by
  return setting.kind === 'batch' ? setting.lasts + DAY / 2 : 0
}

interface CasesGiven extends Pick<Cases, 't' | 'key' | 'label' | 'eligible'> {
  readonly until: number
}

function casesOf({ t, key, label, eligible, until }: CasesGiven): Cases {
  return {
    t,
    key,
    label,
    eligible,
    length: t.length,
    isLabelled: eligible,
    outcome: t.map((time, row) => (label[row] === 1 ? time + HOUR : NaN)),
    column: name => {
      throw new Error(`no column ${name}`)
    },
    clusters: [{ name: 'card', of: key, count: KEYS }],
    censored: 0,
    lateLabels: 0,
    blocks: historyBlocks(t, HORIZON, until),
  }
}

/** A random number for each key and block, 0 to 1. */
function drawn(salt: number, key: number, block: number): number {
  let hash = Math.imul(salt ^ Math.imul(key + 1, 0x9e3779b1) ^ Math.imul(block + 7919, 0x85ebca6b), 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

const normal = (chance: Random): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
