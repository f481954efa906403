/**
 * `spillway/audit`: the latency audit as a library, over a history in memory. It runs the whole audit, replays a history under other plans,
 * and computes the cost of plans.
 */
import '../base/require-node.ts'
export { audit, worthOf, type AuditResult } from './audit.ts'
export type { AuditedPipeline, AuditOptions } from './compare/audit-options.ts'
export type { Cases, Decided } from './domain/cases.ts'
export { asItRuns, elementId, planOf, type Element, type Plan, type ElementSetting } from './domain/element.ts'
export { caseStudy, machineCost, type CaseStudy } from './cost/case-study.ts'
export { CostModel } from './cost/cost-model.ts'
export type { CostInputs } from './cost/cost-inputs.ts'
export { currentPlan } from './cost/current-plan.ts'
export { measure, processSeconds, type MeasureOptions } from './cost/measure.ts'
export type { MeasuredWork } from './cost/measured-work.ts'
export { presetPeople, readPeopleFile, type People } from './cost/people.ts'
export { examplePrices, readPricesFile, type Prices } from './cost/prices.ts'
export { arrivalTraceOf, type ArrivalTrace } from './cost/trace.ts'
export { Experiment, type Arm } from './experiment/experiment.ts'
export { auditReportSchema, type AuditReport, type CostOfPlan, type Range } from './domain/audit-report.ts'
export { PlanValuation } from './compare/valuation.ts'
export { utilityOf } from './value/index.ts'
