import type { PromoteIR } from '../../define/ir/ir.ts'
import { isLoss, type Metrics } from '../metrics.ts'

/** What a rule says of a version, judged beside what scores now; in words, for the registry. */
export function verdictOf(
  rule: PromoteIR,
  candidate: Metrics,
  champion: Metrics | undefined,
): { readonly isMet: boolean; readonly words: string } {
  if (rule.kind === 'hand') return { isMet: false, words: 'promoted by hand: spillway models promote' }
  const { metric, bound, betterBy } = rule
  const [own, others] = [candidate[metric], champion?.[metric]]
  if (own === undefined) return { isMet: false, words: `${metric} has no meaning on the holdout: ${lacking(candidate)}` }
  const sign = isLoss(metric) ? -1 : 1
  const is = `${metric} ${text(own)}`
  if (bound !== undefined && sign * own < sign * bound)
    return { isMet: false, words: `${is} is ${sign > 0 ? 'below' : 'above'} ${text(bound)}` }
  if (others === undefined) return { isMet: true, words: `${is}, and nothing to compare it with` }
  const gain = sign * (own - others)
  const compared = `${is}, the champion's ${text(others)} on the same decisions`
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
