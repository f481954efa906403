/** Promotion rules: decides whether a candidate version may be promoted. */
import type { PromoteIR } from '../../define/ir/index.ts'
import { isLoss, type Metrics } from '../metrics.ts'

/** Judges a candidate by its rule against the champion; `words` explain the verdict for the registry. */
export function verdictOf(
  rule: PromoteIR,
  candidate: Metrics,
  champion: Metrics | undefined,
): { readonly isMet: boolean; readonly words: string } {
  if (rule.kind === 'hand') return { isMet: false, words: 'promoted by hand: spillway models promote' }
  const { metric, bound, betterBy } = rule
  const [candidateValue, championValue] = [candidate[metric], champion?.[metric]]
  if (candidateValue === undefined) return { isMet: false, words: `${metric} has no meaning on the holdout: ${lacking(candidate)}` }
  const sign = isLoss(metric) ? -1 : 1
  const measured = `${metric} ${text(candidateValue)}`
  if (bound !== undefined && sign * candidateValue < sign * bound)
    return { isMet: false, words: `${measured} is ${sign > 0 ? 'below' : 'above'} ${text(bound)}` }
  if (championValue === undefined) return { isMet: true, words: `${measured}, and nothing to compare it with` }
  const gain = sign * (candidateValue - championValue)
  const compared = `${measured}, the champion's ${text(championValue)} on the same decisions`
  const by = gain < 0 ? `worse by ${text(-gain)}` : `better by ${text(gain)}`
  return gain >= betterBy
    ? { isMet: true, words: `${compared}: ${by}` }
    : { isMet: false, words: `${compared}: ${by}${gain < 0 ? '' : `, and it should be by ${text(betterBy)}`}` }
}

const lacking = ({ n, positives }: Metrics): string =>
  n === 0
    ? 'it has no decision'
    : positives === 0
      ? `none of ${n} labels is true`
      : positives === n
        ? `all of ${n} labels are true`
        : 'scores are no probabilities'

const text = (value: number): string => value.toFixed(4)
