/** Grounds of a verdict on an element, and their wording. */
import type { Range } from '../domain/audit-report.ts'
import { dollarText, estimateText, quantityText } from '../domain/figures.ts'
import { isInconclusive, type IntervalEstimate, type PlanElement } from '../domain/plan-types.ts'
import { NOTHING_OLDER } from './break-even.ts'
import { isKnown, type PlanComparison } from './compare.ts'
import type { ChoiceComparison, PlanJudgement } from './judge.ts'
import { CURRENT } from './space.ts'

/** Grounds of a verdict, data that `groundsText` puts into words. Comparisons are those within the tested plan. */
export type VerdictGrounds =
  /** The choice holds over all others. */
  | { readonly kind: 'holds'; readonly pick: number; readonly comparisons: readonly ChoiceComparison[] }
  /** A choice holds by itself, and the plan has another one, which may decide as it does. */
  | { readonly kind: 'not proposed'; readonly pick: number; readonly proposed: number; readonly isSame: boolean }
  /** A gain, cost or net value is unknown. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** All choices decide alike. The cheaper one, if any, is so by the base scenario alone. */
  | { readonly kind: 'same decisions'; readonly cheaper: ChoiceComparison | undefined }
  /** There is no value per outcome to weigh the gain of the freshest choice against its cost. */
  | { readonly kind: 'no price'; readonly comparison: ChoiceComparison | undefined }
  /** The best choice by the estimates may be no better than these others. */
  | { readonly kind: 'uncertain'; readonly pick: number; readonly others: readonly UncertainNet[] }
  /** The best choice decides as another one does, and price scenarios disagree on which costs less. */
  | { readonly kind: 'tie'; readonly comparison: ChoiceComparison }
  | { readonly kind: 'none better' }

/** The net of a choice over another one, with its bound at 0 or below, and the cost in it; dollars a month. */
export interface UncertainNet {
  readonly over: number
  readonly net: IntervalEstimate
  readonly cost: Range
}

/** The other changes of the tested plan: `, with ingestion micro-batch 15 min`; empty if everything else stays unchanged. */
export function otherChangesText(elements: readonly PlanElement[], element: number, { testedPicks }: PlanJudgement): string {
  const others = elements.flatMap(({ title, choices }, i) =>
    i === element || testedPicks[i] === CURRENT ? [] : [`${title} ${choices[testedPicks[i]].title}`],
  )
  return others.length === 0 ? '' : `, with ${others.join(' and ')}`
}

/** `where` has the other changes of the plan in which choices were compared. */
export function groundsText(grounds: VerdictGrounds, choices: PlanElement['choices'], unit: string, where: string): string {
  const title = (pick: number): string => `'${choices[pick].title}'`
  switch (grounds.kind) {
    case 'holds':
      return grounds.comparisons.map(holdsText).join('; ')
    case 'not proposed':
      return grounds.isSame
        ? `${title(grounds.pick)} decides as ${title(grounds.proposed)} does, and costs the same`
        : `${title(grounds.pick)} pays by itself, and is not shown to beside the rest of the plan`
    case 'unknown':
      return grounds.why
    case 'same decisions':
      return `decisions are the same however it is run${grounds.cheaper ? cheaperText(grounds.cheaper) : ''}`
    case 'no price':
      return `no price of utility is given: ${grounds.comparison ? tradeText(grounds.comparison) : NOTHING_OLDER}`
    case 'uncertain': {
      const nets = grounds.others.map(({ over, net }) => `${estimateText(net, '$')} a month over ${title(over)}`)
      return `${title(grounds.pick)} seems best, ${nets.join(', ')} net of costs, which may be nothing`
    }
    case 'tie': {
      const { pick, over, comparison } = grounds.comparison
      const doubt = mayDiffer(comparison) ? MAY_DIFFER : 'which of them costs less depends on the scenario of prices'
      return `${title(pick)} decides as ${title(over)} does, and ${doubt}`
    }
    case 'none better':
      return 'no way of running it is shown to be better than the others'
  }

  function holdsText({ pick, over, comparison }: ChoiceComparison): string {
    if (!isKnown(comparison)) return ''
    const { gain, cost, net, isSame, isEqual } = comparison
    if (isSame) return `decides as ${title(over)} does${isEqual ? '' : ', always in this history'}, and costs ${costText(cost)} a month`
    if (!isInconclusive(net))
      return `worth ${estimateText(net, '$')} a month more than ${title(over)}, net of costs, by the last part of the history`
    const effect = choices[pick].age < choices[over].age ? 'is fresher' : lossText(gain, unit)
    return `${title(pick)} costs ${costText(cost)} a month than ${title(over)}${where}, and ${effect}`
  }

  function cheaperText({ pick, over, comparison }: ChoiceComparison): string {
    if (!isKnown(comparison)) return ''
    const doubt = mayDiffer(comparison) ? MAY_DIFFER : 'not in every scenario of prices'
    return `; ${title(pick)} costs ${costText(comparison.cost)} a month than ${title(over)}, but ${doubt}`
  }

  function tradeText({ pick, over, comparison }: ChoiceComparison): string {
    if (!isKnown(comparison)) return ''
    const { gain, cost } = comparison
    const gained = unit === '$' ? estimateText(gain, '$') : `${estimateText(gain)} ${unit}`
    return `${title(pick)} has ${gained} a month more than ${title(over)}, and costs ${costText(cost)} a month${where}`
  }
}

const MAY_DIFFER = 'so few decisions act that the next ones may differ'

/** True if no decision differs and the prices agree, but an unseen difference may outweigh them. */
const mayDiffer = (comparison: PlanComparison): boolean => isKnown(comparison) && comparison.cost.high <= 0 && comparison.gain.low < 0

/** States a bound of a loss as a bound, not as an estimate. */
function lossText({ low, high }: IntervalEstimate, unit: string): string {
  if (low >= 0) return 'loses nothing'
  const most = `at most ${quantityText(-low, unit)} a month`
  return high < 0 ? `loses ${most}` : `is not shown to lose anything: it may be ${most}`
}

/** Below half a cent counts as no difference. */
function costText({ base }: Range): string {
  if (Math.abs(base) < 0.005) return 'no more'
  return base < 0 ? `${dollarText(-base)} less` : `${dollarText(base)} more`
}
