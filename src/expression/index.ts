/** Expressions, compiled and evaluated over columns. */
export { compile } from './compile.ts'
export type { Evaluate, LeafIR } from './evaluate.ts'
export { expressionLeaves } from './leaves.ts'
export { nullIfOutside } from './nulls.ts'
export { Scratch } from './scratch.ts'
