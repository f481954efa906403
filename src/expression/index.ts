/** Typed expressions, compiled and evaluated over columns. */
export { compile } from './compile.ts'
export { expressionLeaves } from './leaves.ts'
export type { Evaluate, Leaves, LeafIR } from './evaluate.ts'
