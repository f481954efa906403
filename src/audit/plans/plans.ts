/**
 * Which plan to run: chosen on one block of the history, reported on another, and said of each element.
 *
 * Every difference is paired by row against what runs. Costs `plansMax` evaluations on the block that chooses, and a few for each element on the one that reports.
 */
import type { Caveat } from '../domain/caveat.ts'
import { elementId, type Plan } from '../domain/element.ts'
import type { PlanPart, Verdict } from '../domain/audit-report.ts'
import { choosePlan } from './choose.ts'
import { Evaluation } from './evaluation.ts'
import { judgePlan } from './judge.ts'
import { observable } from './observable.ts'
import { planPartOf } from './plan-part.ts'
import type { PlanPorts, PlanQuestion } from '../domain/plan-types.ts'
import { searchPlans } from './search.ts'
import { PlanSpace } from './space.ts'
import { fixedVerdict, verdictOf } from './verdict.ts'

export interface PlansJudged {
  readonly part: PlanPart
  /** By `elementId`. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** What to run: the empty plan is what runs. */
  readonly proposed: Plan
  readonly caveats: readonly Caveat[]
}

/** `progress` is told how many plans were evaluated, of at most how many. */
export async function judgePlans(
  asked: PlanQuestion,
  ports: PlanPorts,
  progress?: (done: number, of: number) => void,
): Promise<PlansJudged> {
  const { price, ...unpriced } = asked
  const isPrice = price !== undefined && Number.isFinite(price) && price > 0
  const elements = await observable(asked, ports)
  const question: PlanQuestion = { ...(isPrice ? asked : unpriced), elements }
  const space = new PlanSpace(elements)
  const evaluation = new Evaluation(space, ports)
  const searched = await searchPlans(evaluation, question, progress)
  const judged = await judgePlan(await choosePlan(searched, evaluation, question), evaluation, question)
  const verdicts = elements.map(given => {
    const element = space.elements.indexOf(given)
    const verdict = element < 0 ? fixedVerdict(given) : verdictOf(space.elements, element, judged, question)
    return [elementId(given.element), verdict] as const
  })
  const caveats: Caveat[] = [
    ...(searched.isWhole ? [] : [{ kind: 'some plans' as const, looked: searched.evaluated, of: space.size }]),
    ...(price !== undefined && !isPrice ? [{ kind: 'no price' as const, price }] : []),
  ]
  return {
    part: await planPartOf(elements, judged, searched, evaluation, question),
    verdicts: new Map(verdicts),
    proposed: space.planOf(judged.kept),
    caveats,
  }
}
