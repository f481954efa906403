/**
 * `spillway/replay`: files as a history in memory, and the decisions that a pipeline makes over it with what came of them, in columns: what a model is fitted
 * on, and what other placements of its inputs are worth. `spillway replay` is the same as a command.
 */
import '../base/require-node.ts'
export { decide, type DecisionBatch } from './decide.ts'
export { label, type LabelCounts, type LabelOptions, type Labels } from './label.ts'
export { load, type LoadOptions, type SourceFile } from './load.ts'
export type { ReplayLog } from './log.ts'
