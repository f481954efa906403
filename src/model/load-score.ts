/** The registry of runtimes by kind of score: finds the runtime of a model's score, and loads the model into it. */
import { assert } from '../base/index.ts'
import type { InputIR, ModelIR, ScoreIR } from '../define/ir/index.ts'
import type { LoadedModel, ModelRuntime, RuntimeModel, RuntimeScore, RuntimeStrings, OnnxFile } from '../define/model/index.ts'
import { guardedRuntime } from './guarded-runtime.ts'
import { onnxRuntime } from './onnx.ts'
import { ruleLeaves, rulesRuntime } from './rules.ts'
import { treesRuntime } from './trees.ts'
import { functionRuntime, type UserScoreFunction } from './user-score.ts'
import { weightedRuntime } from './weighted.ts'

/** The implementation of a score that the IR does not hold: the user's function, the ONNX file, or a model of the user's own runtime. */
export type ScoreImplementation = UserScoreFunction | OnnxFile | RuntimeScore

/** The runtimes of Spillway, by the kind of score that they load. */
export const modelRuntimes: Readonly<Record<Exclude<ScoreIR['kind'], 'runtime'>, ModelRuntime<never>>> = {
  linear: weightedRuntime,
  logistic: weightedRuntime,
  rules: rulesRuntime,
  trees: treesRuntime,
  onnx: onnxRuntime,
  function: functionRuntime,
  /** A model without a score: every row is NULL. */
  none: { name: 'none', version: '1', load: () => ({ score: ({ length }, scores) => void scores.fill(NaN, 0, length) }) },
}

/** A loaded score. */
export interface LoadedScore {
  readonly scorer: LoadedModel
  /** The inputs of the model, and behind them those of the score alone. */
  readonly inputs: readonly InputIR[]
  /** Indexes of the inputs that the runtime gets, in its order; undefined for all. */
  readonly slots: readonly number[] | undefined
}

/**
 * Loads the score of a model.
 * @throws as `openOnnx` does for a graph of ONNX, `SPILL_CONTRACT` for a model that the user's own runtime does not load.
 */
export function loadScore(model: ModelIR, strings: RuntimeStrings, implementation: ScoreImplementation | undefined): LoadedScore {
  const { name, score } = model
  const inputs = score.kind === 'rules' ? [...model.inputs, ...ruleLeaves(score)] : model.inputs
  const load = (runtime: ModelRuntime<never>, columns: readonly InputIR[], file: Pick<RuntimeModel, 'definition' | 'bytes' | 'path'>) =>
    (runtime as ModelRuntime).load({ name, inputs: columns.map(input => ({ name: input.name, type: input.expr.type })), strings, ...file })
  switch (score.kind) {
    case 'runtime': {
      assert(isRuntimeScore(implementation), `the runtime of model '${name}' is given with it`)
      const { runtime, definition, bytes } = implementation
      const slots = score.inputs.map(column => inputs.findIndex(input => input.name === column))
      assert(!slots.includes(-1), 'inputs of a runtime are inputs of the model')
      const columns = slots.map(slot => inputs[slot])
      return { scorer: load(guardedRuntime(runtime), columns, { definition, bytes }), inputs, slots }
    }
    case 'onnx': {
      assert(isOnnxFile(implementation), `the ONNX file of model '${name}' is given with it`)
      const { path, bytes, sha256 } = implementation
      assert(sha256 === score.sha256, `${path} is the file of the definition`)
      return { scorer: load(onnxRuntime, inputs, { definition: score, bytes, path }), inputs, slots: undefined }
    }
    case 'function':
      assert(typeof implementation === 'function', `the compute of model '${name}' is given with it`)
      return { scorer: load(functionRuntime, inputs, { definition: implementation }), inputs, slots: undefined }
    default:
      return { scorer: load(modelRuntimes[score.kind], inputs, { definition: score }), inputs, slots: undefined }
  }
}

const isRuntimeScore = (value: ScoreImplementation | undefined): value is RuntimeScore => typeof value === 'object' && 'runtime' in value

const isOnnxFile = (value: ScoreImplementation | undefined): value is OnnxFile => typeof value === 'object' && 'graph' in value
