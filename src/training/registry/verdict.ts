/** Promotion rules: decides whether a candidate version may be promoted. */
import type { PromoteIR } from '../../define/ir/index.ts'
import { isLoss, type Metrics } from '../metrics.ts'

/** The score in use: its metrics on the candidate's decisions, `nothing`, or `not comparable` if it cannot be computed for these decisions. */
export type ScoreInUse = Metrics | 'nothing' | 'not comparable'

/** The result of a rule; `words` explain it for the registry. */
export interface PromotionVerdict {
  readonly isMet: boolean
  readonly words: string
}

/** The share of decisions that a version must score to be promoted where nothing else scores. */
const SCORED_SHARE_MIN = 0.5

/**
 * Judges a candidate by its rule against the score in use. A metric is of scored decisions alone, so a candidate that scores fewer decisions
 * is not promoted, whatever its metric.
 */
export function verdictOf(rule: PromoteIR, candidate: Metrics, inUse: ScoreInUse): PromotionVerdict {
  if (rule.kind === 'hand') return { isMet: false, words: 'promoted by hand: spillway models promote' }
  const { metric, bound } = rule
  const value = candidate[metric]
  if (value === undefined) return { isMet: false, words: `${metric} has no meaning on the holdout: ${lacking(candidate)}` }
  const sign = isLoss(metric) ? -1 : 1
  const measured = `${metric} ${text(value)}`
  if (bound !== undefined && sign * value < sign * bound)
    return { isMet: false, words: `${measured} is ${sign > 0 ? 'below' : 'above'} ${text(bound)}` }
  const unscored = unscoredText(candidate, inUse)
  if (unscored !== undefined) return { isMet: false, words: `${measured}, but ${unscored}` }
  if (inUse === 'nothing' || (inUse !== 'not comparable' && inUse.n === 0))
    return { isMet: true, words: `${measured}, and nothing to compare it with` }
  const championValue = inUse === 'not comparable' ? undefined : inUse[metric]
  if (championValue === undefined) return verdictWithoutComparison(rule, measured, inUse)
  const isSame = candidate.unscored === 0 && inUse !== 'not comparable' && inUse.unscored === 0
  const compared = `${measured}, the champion's ${text(championValue)} on the ${isSame ? 'same decisions' : 'decisions that it scores'}`
  return verdictOnGain(sign * (value - championValue), rule.betterBy, compared)
}

type PromotionRule = Extract<PromoteIR, { readonly kind: 'rule' }>

function verdictOnGain(gain: number, betterBy: number, compared: string): PromotionVerdict {
  const by = gain < 0 ? `worse by ${text(-gain)}` : `better by ${text(gain)}`
  return gain >= betterBy
    ? { isMet: true, words: `${compared}: ${by}` }
    : { isMet: false, words: `${compared}: ${by}${gain < 0 ? '' : `, and it should be by ${text(betterBy)}`}` }
}

/**
 * The score in use has no metric on these decisions. A bound is enough by itself; a rule that compares is not met, unless `shadow` lets the
 * candidate score beside it first, since recorded scores of any kind can be compared.
 */
function verdictWithoutComparison({ bound, betterBy, shadow }: PromotionRule, measured: string, inUse: ScoreInUse): PromotionVerdict {
  const isBoundEnough = bound !== undefined && betterBy === 0
  const why =
    typeof inUse === 'object'
      ? `the champion's has no meaning: ${lacking(inUse)}`
      : 'the score in use cannot be computed for these decisions'
  if (isBoundEnough || (inUse === 'not comparable' && shadow !== undefined)) return { isMet: true, words: `${measured}; ${why}` }
  const advice = inUse === 'not comparable' ? 'use shadow, or promote by hand' : 'promote by hand'
  return { isMet: false, words: `${measured}; ${why}: ${advice}` }
}

/** Says that a candidate scores too few decisions; undefined if it scores enough. */
function unscoredText({ n, unscored }: Metrics, inUse: ScoreInUse): string | undefined {
  const scorable = n + unscored
  const most = typeof inUse === 'object' ? inUse.unscored : inUse === 'nothing' ? scorable * (1 - SCORED_SHARE_MIN) : 0
  if (unscored <= most) return undefined
  const others = typeof inUse === 'object' ? `, and the champion leaves out ${inUse.unscored}` : ''
  return `it has no score for ${unscored} of ${scorable} decisions${others}`
}

const lacking = ({ n, positives, unscored }: Metrics): string =>
  n === 0
    ? unscored > 0
      ? `none of ${unscored} decisions has a score`
      : 'it has no decision'
    : positives === 0
      ? `none of ${n} labels is true`
      : positives === n
        ? `all of ${n} labels are true`
        : 'scores are no probabilities'

const text = (value: number): string => value.toFixed(4)
