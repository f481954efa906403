/** Typed expressions over columns. */
export { compile } from './compile.ts'
export type { Evaluate, Leaves, LeafIR } from './evaluate.ts'
