/**
 * Chooses a plan on one block of the history, tests it on another (`judge.ts`), and gives a verdict for each element (`element-verdicts.ts`).
 *
 * All differences are paired by row with the current plan; their confidence intervals are those of `statistics/intervals.ts`. Costs at most
 * `plansMax` evaluations on the block `select`, and a few per element on the block `report`.
 */
import type { Caveat } from '../domain/caveat.ts'
import { elementId, type Plan } from '../domain/element.ts'
import type { PlanPart } from '../domain/audit-report.ts'
import type { ElementVerdict } from '../domain/element-report.ts'
import { PlanEvaluator } from './evaluation.ts'
import { judgePlan } from './judge.ts'
import { observableElements } from './observable.ts'
import { planPartOf } from './plan-part.ts'
import type { PlanPorts, PlanSearchProblem } from '../domain/plan-types.ts'
import { choosePlan, searchPlans } from './search.ts'
import { fixedVerdict, elementVerdict } from './element-verdicts.ts'

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
  const problem: PlanSearchProblem = { ...(isPrice ? input : unpriced), elements }
  const evaluation = new PlanEvaluator(problem, ports)
  const { space } = evaluation
  const search = await searchPlans(evaluation, progress)
  const judgement = await judgePlan(await choosePlan(search, evaluation), evaluation)
  const verdicts = elements.map(element => {
    const index = space.elements.indexOf(element)
    const verdict = index < 0 ? fixedVerdict(element) : elementVerdict(space.elements, index, judgement, problem)
    return [elementId(element.element), verdict] as const
  })
  const caveats: Caveat[] = [
    ...(search.isExhaustive ? [] : [{ kind: 'some plans' as const, looked: search.evaluated, of: space.size }]),
    ...(price !== undefined && !isPrice ? [{ kind: 'no price' as const, price }] : []),
  ]
  return {
    part: await planPartOf(judgement, search, evaluation),
    verdicts: new Map(verdicts),
    proposed: space.planOf(judgement.proposedPicks),
    caveats,
  }
}
