/** Typed expressions, compiled and evaluated over columns. */
export { compile } from './compile.ts'
export type { Evaluate, Leaves, LeafIR } from './evaluate.ts'
