/**
 * The score of a file of ONNX: `onnx(new URL('model.onnx', import.meta.url))`. The file is read where it is written, and what its graph takes is held against the
 * inputs of the model: one with other inputs never becomes a score.
 */
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { limits } from '../../base/limits.ts'
import { show } from '../../base/show.ts'
import { shortPath } from '../../base/short-path.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { onnxFile, type OnnxFile } from './onnx-file.ts'
import { feedsOf, type OnnxInputs } from './onnx-inputs.ts'
import { outputOf } from './onnx-output.ts'
import { ProtobufFault } from './protobuf.ts'
import { ScoreValue, type Score } from './score.ts'

type OneOrMore<V> = V extends readonly (infer N extends string)[] ? N : V extends string ? V : never
type NamesOf<I> = I extends readonly (infer N extends string)[] ? N : OneOrMore<I[keyof I]>

export interface OnnxOptions<I extends OnnxInputs = OnnxInputs> {
  /**
   * Which inputs the graph is given. A list: the columns of its one matrix, in this order. By the name of a graph's input: the model's input, or a list
   * of columns. Unless given, the inputs that the file names in its metadata (`spillway.inputs`, a JSON list), or all of the model: in their order for one
   * matrix, else each for the graph's input of its name.
   */
  readonly inputs?: I
  /** Unless given, the graph's only output of float numbers, or `probabilities`. */
  readonly output?: string
  /** Which column of that is the score, from 0. Unless given, that of the label 1 in two columns of probabilities, or the only one. */
  readonly column?: number
}

/**
 * A path is one from the working directory; a URL, `new URL('model.onnx', import.meta.url)`, is one from the pipeline's file. Throws `SPILL_DEFINITION` for a file
 * that is damaged, of something else, or of other inputs. To score, the package `onnxruntime-node` must be there.
 */
export function onnx<const I extends OnnxInputs = readonly never[]>(file: string | URL, options: OnnxOptions<I> = {}): Score<NamesOf<I>> {
  checkOptions('onnx', options, ['inputs', 'output', 'column'])
  return onnxScore(readOnnx(file), options) as unknown as Score<NamesOf<I>>
}

/** The score of a file that was read. */
export function onnxScore(file: OnnxFile, { inputs: given, output, column }: OnnxOptions = {}): ScoreValue {
  if (output !== undefined && typeof output !== 'string') mistake(`onnx: output is the name of one, got ${show(output)}`)
  if (column !== undefined && !(Number.isInteger(column) && column >= 0))
    mistake(`onnx: column is a whole number from 0, got ${show(column)}`)
  const build: ScoreValue['build'] = (what, inputs) => {
    const feeds = feedsOf(`${what}: onnx: ${file.path}`, file.graph, inputs, given)
    const chosen = outputOf(`${what}: onnx: ${file.path}`, file.graph, output, column)
    return { kind: 'onnx', sha256: file.sha256, feeds: feeds.feeds, ...chosen, together: feeds.anyRows && treatsRowsAlone(file) }
  }
  return new ScoreValue(build, file)
}

function readOnnx(given: string | URL): OnnxFile {
  if (typeof given !== 'string' && !(given instanceof URL))
    mistake(`onnx needs the file of a model: onnx(new URL('model.onnx', import.meta.url)), got ${show(given)}`)
  if (given instanceof URL && given.protocol !== 'file:') mistake(`onnx reads a file of this machine, not ${given.href}`)
  const path = given instanceof URL ? fileURLToPath(given) : given
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
    return onnxFile(name, bytes)
  } catch (error) {
    if (!(error instanceof ProtobufFault)) throw error
    return mistake(`onnx: ${name} is no file of ONNX that can be used: ${error.message}`)
  }
}

/**
 * Nodes that give each row the same, to the bit, whatever stands beside it: trees, which go through each row by itself, and what takes value by value, with one
 * rounding each. A product of matrices is not among them: the sum of a row may be taken in another order when it is alone. (Concat along the rows makes more of
 * them, which is seen when it is loaded.)
 */
const alone = new Set([
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

const treatsRowsAlone = ({ graph }: OnnxFile): boolean => graph.nodes.every(node => alone.has(node))
