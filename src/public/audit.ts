/**
 * `spillway/audit`: the latency audit as a library, over a history in memory. It runs the whole audit, replays a history under other plans,
 * and computes the cost of plans.
 *
 * @module spillway/audit
 */
import '../base/node/require-node.ts'
export { audit, valuedAt, worthOf, type AuditResult } from '../audit/audit.ts'
export type { AuditedPipeline, AuditOptions } from '../audit/compare/audit-options.ts'
export type { Cases, PlanDecisions } from '../audit/domain/cases.ts'
export { asItRuns, elementId, planOf, type Element, type Plan, type ElementSetting } from '../audit/domain/element.ts'
export { CostModel } from '../audit/cost/cost-model.ts'
export type { ArrivalTrace, CostInputs, MeasuredWork } from '../audit/cost/cost-inputs.ts'
export { currentPlan } from '../audit/cost/current-plan.ts'
export { arrivalTraceOf, measure, processSeconds, type MeasureOptions } from '../audit/cost/measure.ts'
export { presetPeople, readPeopleFile, type People } from '../audit/cost/people.ts'
export { examplePrices, readPricesFile, type Prices } from '../audit/cost/prices.ts'
export { Experiment, type Arm } from '../audit/experiment/experiment.ts'
export { auditReportSchema, type AuditReport, type CostOfPlan, type Range } from '../audit/domain/audit-report.ts'
export { PlanValuation } from '../audit/compare/valuation.ts'
export { utilityOf } from '../audit/value/index.ts'
