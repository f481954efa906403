/**
 * The naive reference: what `docs` and semantics say, in code without cleverness, and the judge of every other computation.
 *
 * It imports types and errors' names, nothing that computes. One value costs a walk over the log.
 */
export { evaluate } from './arithmetic.ts'
export { type BatchRun, type Known, current, known, lastTime, standing } from './placement.ts'
export type { OracleValue } from './formulas.ts'
export { ofKey, value, valueOf } from './value.ts'
export { type Decision, decisions, scoreOfVector } from './decisions.ts'
export { type Label, type Labelled, labels } from './labels.ts'
export { type ReportedRow, reportAt } from './reports.ts'
export type { About, Request, Run } from './triggers.ts'
