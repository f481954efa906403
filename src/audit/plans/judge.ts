/**
 * What the block that did not choose says of the plan that was put forward.
 *
 * Within that plan each element is compared at each of its choices with each other, and the plan itself with what runs: one family, whose intervals hold together, so that the chance
 * that anything at all is claimed falsely is 5 %. A change that does not hold by itself is taken back, and what is left must hold as a whole.
 */
import type { Range } from '../domain/audit-report.ts'
import { compareAll, reversed, type Comparison } from './compare.ts'
import type { Evaluation } from './evaluation.ts'
import { isWhy, type PlanElement, type PlanQuestion } from '../domain/plan-types.ts'
import { changesOf, withPick, type Picks, type PlanSpace } from './space.ts'

export interface Judged {
  /** What was put forward, or what runs, if that did not hold. */
  readonly picks: Picks
  /** What is proposed. */
  readonly kept: Picks
  /** That, against what runs; or what was put forward, if nothing is proposed. */
  readonly whole: Comparison
  /** Of each element, in the plan that was put forward: each choice over each other. */
  readonly duels: readonly (readonly Duel[])[]
  /** Of each element the choices that hold against all others. */
  readonly holding: readonly (number | undefined)[]
}

export interface Duel {
  readonly pick: number
  readonly over: number
  readonly comparison: Comparison
}

/**
 * Of the plan that was put forward. If it does not hold, not even without the changes that do not, each change is looked at by itself, from what runs: a second look, at the same chance of
 * a false claim on either side, 2.5 %, as the first.
 */
export async function judgePlan(picks: Picks, evaluation: Evaluation, question: PlanQuestion): Promise<Judged> {
  const { now } = evaluation.space
  const judged = await judgeWithin(picks, evaluation, question)
  return changesOf(picks) === 0 || changesOf(judged.kept) > 0 ? judged : judgeWithin(now, evaluation, question)
}

async function judgeWithin(picks: Picks, evaluation: Evaluation, question: PlanQuestion): Promise<Judged> {
  const { now, elements } = evaluation.space
  const family = elements.map(({ choices }, element) => duelsOf(choices.length).map(duel => ({ ...duel, element })))
  const pairs = family.flat().map(({ element, pick, over }) => [withPick(picks, element, pick), withPick(picks, element, over)] as const)
  const [whole, ...compared] = await compareAll([[picks, now], ...pairs], evaluation, question, question.report)
  let next = 0
  const duels = family.map(own => own.flatMap(({ pick, over }) => bothWays(pick, over, compared[next++])))
  const holding = duels.map((own, element) => holdingOf(own, elements[element], picks[element], question))
  const judged: Judged = { picks, kept: now, whole, duels, holding }
  for (const kept of candidates(judged)) {
    const [against] = await compareAll([[kept, now], [picks, now], ...pairs], evaluation, question, question.report)
    if (isAdopted({ kept, whole: against }, question) && isConfirmed(kept, evaluation.space, question))
      return { ...judged, kept, whole: against }
  }
  return judged
}

/** What is proposed, if it holds as a whole: all that holds; or else of the plan's changes those that do, of what runs the change of which most is sure. */
function candidates({ picks, duels, holding }: Judged): Picks[] {
  const all = holding.map(pick => pick ?? 0)
  if (changesOf(picks) > 0) return [all, picks.map((pick, element) => (pick === holding[element] ? pick : 0))]
  const sure = (element: number): number => {
    const net = duels[element].find(({ pick, over }) => pick === all[element] && over === 0)?.comparison.net
    return net === undefined || isWhy(net) ? -Infinity : net.low
  }
  const changed = [...all.keys()].filter(element => all[element] !== 0)
  const [surest] = changed.sort((a, b) => sure(b) - sure(a))
  return surest === undefined ? [all] : [all, withPick(picks, surest, all[surest])]
}

/** Is what is left of the plan shown to be better than what runs, as a whole? Where no decision is another it costs less, and in no scenario more. */
function isAdopted(
  { kept, whole: { cost, gain, net, isSame } }: Pick<Judged, 'kept' | 'whole'>,
  { price, smallLoss }: PlanQuestion,
): boolean {
  if (changesOf(kept) === 0 || isWhy(cost) || isWhy(gain)) return false
  if (isSame && gain.low === 0) return cost.base < 0 && cost.high <= 0
  if (price === undefined) return cost.base < 0 && gain.low >= -smallLoss
  return !isWhy(net) && net.low > 0
}

/** Without a price no change is proposed that the curve of its element does not bear out. */
const isConfirmed = (picks: Picks, space: PlanSpace, { price }: PlanQuestion): boolean =>
  price !== undefined || picks.every((_, element) => space.choice(picks, element).unconfirmed !== true)

/** Each choice against each, once. */
const duelsOf = (count: number): { readonly pick: number; readonly over: number }[] =>
  Array.from({ length: count }, (_, pick) => Array.from({ length: count - pick - 1 }, (_, i) => ({ pick, over: pick + 1 + i }))).flat()

const bothWays = (pick: number, over: number, comparison: Comparison): Duel[] => [
  { pick, over, comparison },
  { pick: over, over: pick, comparison: reversed(comparison) },
]

/** The choice that holds against all others; of several that do the one that was put forward, since they are equal. */
function holdingOf(duels: readonly Duel[], { choices }: PlanElement, put: number, question: PlanQuestion): number | undefined {
  const inOrder = [put, ...[...choices.keys()].filter(choice => choice !== put)]
  const holds = (duel: Duel): boolean => holdsOver(duel, choices[duel.pick].age < choices[duel.over].age, question)
  const isHeld = (choice: number): boolean => question.price !== undefined || choices[choice].unconfirmed !== true
  return inOrder.find(choice => isHeld(choice) && duels.filter(({ pick }) => pick === choice).every(holds))
}

/** Is the one shown to be the better? Its net gain is above 0 by its lower bound; without a price it costs no more and loses next to nothing, by its bound. */
function holdsOver(duel: Duel, isFresher: boolean, { price, smallLoss }: PlanQuestion): boolean {
  const { gain, net, cost, isSame, isEqual } = duel.comparison
  if (isWhy(cost) || isWhy(gain)) return false
  if (isEqual) return isPreferred(duel, cost)
  // Decisions are the same. What is fresher for nothing must be the cheaper, what is older not the dearer, in every scenario; where few act, that none differs does not say that none will.
  if (isSame && (isFresher || gain.low === 0)) return isFresher ? cost.high < 0 : cost.high <= 0
  if (price === undefined) return cost.base <= 0 && gain.low >= -smallLoss
  return !isWhy(net) && net.low > 0
}

/** Of two ways to keep the same values: the one that runs, unless the other costs less in every scenario; of two that do not run the cheaper in the base one. */
function isPreferred({ pick, over }: Duel, { low, base, high }: Range): boolean {
  if (over === 0) return high <= 0 && base < 0
  return pick === 0 ? low < 0 || base <= 0 : base <= 0
}
