/**
 * The score `onnx`: an ONNX file as the score of a model.
 *
 * The file is read where the score is written and checked against the inputs of the model, so a file with other inputs never
 * becomes a score.
 */
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { limits, show } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { parseOnnxFile, type OnnxFile } from './onnx-file.ts'
import { feedsFor, type OnnxInputs, outputOf } from './onnx-graph.ts'
import { ProtobufFault } from './protobuf.ts'
import { ScoreValue, type Score } from './score.ts'

type OneOrMore<V> = V extends readonly (infer N extends string)[] ? N : V extends string ? V : never
type NamesOf<I> = I extends readonly (infer N extends string)[] ? N : OneOrMore<I[keyof I]>

/** Options of `onnx`. */
export interface OnnxOptions<I extends OnnxInputs = OnnxInputs> {
  /**
   * Inputs of the graph: a list with the columns of its one matrix, or for each input of the graph a model's input or a list of
   * columns.
   *
   * Default: the inputs in the file's metadata (`spillway.inputs`, a JSON list), or all inputs of the model. For one matrix
   * they are in their order; otherwise each input of the graph gets the model's input of its name.
   */
  readonly inputs?: I
  /** Output with the score. Default: the graph's only output of floats, or `probabilities`. */
  readonly output?: string
  /** Column of the output with the score, from 0. Default: 1 of two columns (the probability of label 1), or the only column. */
  readonly column?: number
}

/**
 * Scores with an ONNX file, by the package `onnxruntime-node`, which must be installed.
 *
 * A path is relative to the working directory; `new URL('model.onnx', import.meta.url)` is relative to the pipeline's file. The
 * file is identified by its SHA-256, which is part of the fingerprint.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a file that is missing, damaged, or that has other inputs or outputs.
 * @example
 * const score = () => onnx(new URL('model.onnx', import.meta.url), { inputs: ['amount', 'card.n10m'] })
 */
export function onnx<const I extends OnnxInputs = readonly never[]>(file: string | URL, options: OnnxOptions<I> = {}): Score<NamesOf<I>> {
  checkOptions('onnx', options, ['inputs', 'output', 'column'])
  return onnxScoreValue(readOnnx(file), options) as unknown as Score<NamesOf<I>>
}

/** The score of a file in memory. */
export function onnxScoreValue(file: OnnxFile, { inputs: chosenInputs, output, column }: OnnxOptions = {}): ScoreValue {
  if (output !== undefined && typeof output !== 'string') mistake(`onnx: output is the name of one, got ${show(output)}`)
  if (column !== undefined && !(Number.isInteger(column) && column >= 0))
    mistake(`onnx: column is a whole number from 0, got ${show(column)}`)
  const build: ScoreValue['build'] = (subject, inputs) => {
    const feeds = feedsFor(`${subject}: onnx: ${file.path}`, file.graph, inputs, chosenInputs)
    const chosen = outputOf(`${subject}: onnx: ${file.path}`, file.graph, output, column)
    return { kind: 'onnx', sha256: file.sha256, feeds: feeds.feeds, ...chosen, together: feeds.anyRows && treatsRowsAlone(file) }
  }
  return new ScoreValue(build, file)
}

function readOnnx(location: string | URL): OnnxFile {
  if (typeof location !== 'string' && !(location instanceof URL))
    mistake(`onnx needs the file of a model: onnx(new URL('model.onnx', import.meta.url)), got ${show(location)}`)
  if (location instanceof URL && location.protocol !== 'file:') mistake(`onnx reads a file of this machine, not ${location.href}`)
  const path = location instanceof URL ? fileURLToPath(location) : location
  const name = shortPath(path)
  let bytes: Uint8Array
  try {
    const { size } = statSync(path)
    if (size > limits.ONNX_BYTES_MAX) mistake(`onnx: ${name} is of ${size} bytes, more than ${limits.ONNX_BYTES_MAX} (ONNX_BYTES_MAX)`)
    bytes = readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'SPILL_DEFINITION') throw error
    const why = code === 'ENOENT' ? 'is not there; give its path from the working directory, or a URL' : `cannot be read: ${message}`
    return mistake(`onnx: ${name} ${why}`)
  }
  try {
    return parseOnnxFile(name, bytes)
  } catch (error) {
    if (!(error instanceof ProtobufFault)) throw error
    return mistake(`onnx: ${name} is no file of ONNX that can be used: ${error.message}`)
  }
}

/**
 * Nodes whose result for a row, to the bit, does not depend on the rows beside it: trees, and value-by-value operations with
 * one rounding each.
 *
 * A product of matrices is not among them: a row's sum may be taken in another order when the row is alone. (Concat along the
 * rows makes more rows, which is noticed when the graph is loaded.)
 */
const rowwiseNodes = new Set([
  'ai.onnx.ml.TreeEnsembleClassifier',
  'ai.onnx.ml.TreeEnsembleRegressor',
  'ai.onnx.ml.TreeEnsemble',
  'ai.onnx.ml.Imputer',
  'ai.onnx.ml.Scaler',
  'ai.onnx.ml.ZipMap',
  'ai.onnx.ml.LabelEncoder',
  'Add',
  'Cast',
  'Concat',
  'Constant',
  'Div',
  'Identity',
  'Mul',
  'Sub',
])

const treatsRowsAlone = ({ graph }: OnnxFile): boolean => graph.nodes.every(node => rowwiseNodes.has(node))
