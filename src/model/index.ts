/** Scores models over columns: linear models, rules, trees, ONNX, and runtimes of users, in the process or in a thread. */
export { type CompiledModel, compileModel } from './compile.ts'
export { type ScoreImplementation } from './load-score.ts'
export { openOnnx } from './onnx-runtime.ts'
export { type VectorRow, type VectorRowReader, vectorRowReader } from './rows.ts'
export { levelWeights } from './weighted.ts'
export { addTree, treeOf } from './trees.ts'
export { isListColumn, type VectorColumn } from './vector.ts'
