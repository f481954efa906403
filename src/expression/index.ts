/** Expressions, compiled and evaluated over columns. */
export { compile } from './compile.ts'
export { type Evaluate, nullIfOutside, Scratch } from './evaluate.ts'
