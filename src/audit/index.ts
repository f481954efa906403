/**
 * `spillway/audit`: what `spillway audit` is made of, over a history in memory: the audit as a whole, a history decided again under other plans, and what plans cost.
 */
import '../base/require-node.ts'
export { audit, worthOf, type Audited } from './audit.ts'
export type { Audible, AuditOptions } from './audit-options.ts'
export type { Cases, Decided } from './cases.ts'
export { asItRuns, elementId, type Element, type Plan, type Setting } from './element.ts'
export { caseStudy, machinesOf, type CaseStudy } from './cost/case-study.ts'
export { CostModel } from './cost/cost-model.ts'
export type { CostInputs } from './cost/given.ts'
export { howItRuns } from './cost/how-it-runs.ts'
export { measure, processSeconds, type Measuring } from './cost/measure.ts'
export type { Measured } from './cost/measured.ts'
export { presetPeople, readPeopleFile, type People } from './cost/people.ts'
export { examplePrices, readPricesFile, type Prices } from './cost/prices.ts'
export { traceOf, type Trace } from './cost/trace.ts'
export { Experiment, type Arm } from './experiment/experiment.ts'
export type { AuditReport, CostOfPlan, Range } from './report/audit-report.ts'
