/**
 * Chooses a plan on one block of the history, tests it on another, and gives a verdict for each element.
 *
 * All differences are paired by row with the current plan. Costs at most `plansMax` evaluations on the block `select`, and a few per
 * element on the block `report`.
 */
import type { Caveat } from '../domain/caveat.ts'
import { elementId, type Plan } from '../domain/element.ts'
import type { PlanPart } from '../domain/audit-report.ts'
import type { ElementVerdict } from '../domain/element-report.ts'
import { choosePlan } from './choose.ts'
import { PlanEvaluator } from './evaluation.ts'
import { judgePlan } from './judge.ts'
import { observableElements } from './observable.ts'
import { planPartOf } from './plan-part.ts'
import type { PlanPorts, PlanSearchProblem } from '../domain/plan-types.ts'
import { searchPlans } from './search.ts'
import { PlanSpace } from './space.ts'
import { fixedVerdict, elementVerdict } from './verdict.ts'

/** Plans of the report, verdicts, and the proposed plan. */
export interface PlanRecommendation {
  readonly part: PlanPart
  /** By `elementId`. */
  readonly verdicts: ReadonlyMap<string, ElementVerdict>
  /** The plan to run; an empty plan keeps the current one. */
  readonly proposed: Plan
  readonly caveats: readonly Caveat[]
}

/** `progress` receives the number of evaluated plans and the greatest possible number. */
export async function recommendPlan(
  input: PlanSearchProblem,
  ports: PlanPorts,
  progress?: (done: number, total: number) => void,
): Promise<PlanRecommendation> {
  const { price, ...unpriced } = input
  const isPrice = price !== undefined && Number.isFinite(price) && price > 0
  const elements = await observableElements(input, ports)
  const question: PlanSearchProblem = { ...(isPrice ? input : unpriced), elements }
  const space = new PlanSpace(elements)
  const evaluation = new PlanEvaluator(space, ports)
  const search = await searchPlans(evaluation, question, progress)
  const judgement = await judgePlan(await choosePlan(search, evaluation, question), evaluation, question)
  const verdicts = elements.map(element => {
    const index = space.elements.indexOf(element)
    const verdict = index < 0 ? fixedVerdict(element) : elementVerdict(space.elements, index, judgement, question)
    return [elementId(element.element), verdict] as const
  })
  const caveats: Caveat[] = [
    ...(search.isExhaustive ? [] : [{ kind: 'some plans' as const, looked: search.evaluated, of: space.size }]),
    ...(price !== undefined && !isPrice ? [{ kind: 'no price' as const, price }] : []),
  ]
  return {
    part: await planPartOf(elements, judgement, search, evaluation, question),
    verdicts: new Map(verdicts),
    proposed: space.planOf(judgement.proposedPicks),
    caveats,
  }
}
