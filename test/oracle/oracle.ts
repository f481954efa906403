/**
 * The naive reference: the semantics in plain code, and the judge of every other computation.
 *
 * It imports types and error names, nothing that computes. One value costs a scan of the log.
 */
export { evaluate } from './arithmetic.ts'
export { type BatchRun, type VisibleEvents, current, visibleEvents, lastTime, standing } from './placement.ts'
export type { OracleValue } from './formulas.ts'
export { ofKey, value, valueOf } from './value.ts'
export { type Decision, decisions, scoreOfVector } from './decisions.ts'
export { type Label, type LabelledDecision, labels } from './labels.ts'
export { type ReportedRow, reportAt } from './reports.ts'
export type { About, Request, Run } from './triggers.ts'
