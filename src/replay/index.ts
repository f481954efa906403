/**
 * `spillway/replay`: files as a history in memory, and the decisions that a pipeline makes over it, in columns: what a model is fitted on, and what other
 * placements of its inputs are worth. `spillway replay` is the same as a command. And the trainers that fit one.
 */
import '../base/require-node.ts'
export { decide, type DecisionBatch } from './decide.ts'
export { load, type LoadOptions, type SourceFile } from './load.ts'
export type { ReplayLog } from './log.ts'
export * from '../training/index.ts'
