/** Which number of what a graph of ONNX gives is the score. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxGraph, OnnxValue } from './onnx-file.ts'
import type { OnnxIR } from '../ir/onnx-ir.ts'

/** What exporters of classifiers from scikit-learn, LightGBM and XGBoost call a row's probabilities, a column a class. */
const PROBABILITIES = 'probabilities'

export function outputOf(
  what: string,
  { outputs }: OnnxGraph,
  name: string | undefined,
  column: number | undefined,
): Pick<OnnxIR, 'output' | 'column'> {
  const value = name === undefined ? usualOutput(what, outputs) : outputs.find(output => output.name === name)
  const names = outputs.map(output => output.name)
  if (!value) mistake(`${what} gives no '${name}'${didYouMean(name!, names)}`)
  if (!isScore(value)) mistake(`${what} gives '${value.name}' as ${value.type}, not as float32 or float64${fixOf(value)}`)
  return { output: value.name, column: columnOf(what, value, column) }
}

const isScore = ({ isTensor, type }: OnnxValue): boolean => isTensor && (type === 'float32' || type === 'float64')

function usualOutput(what: string, outputs: readonly OnnxValue[]): OnnxValue {
  const named = outputs.find(({ name }) => name === PROBABILITIES)
  if (named) return named
  const scores = outputs.filter(isScore)
  if (scores.length === 1) return scores[0]
  const [first] = outputs
  if (outputs.length === 1) return first
  return mistake(
    `${what} gives ${outputs.map(({ name, type }) => `${name} (${type})`).join(', ')}; say which is the score: output: '${(scores[0] ?? first).name}'`,
  )
}

const fixOf = ({ type }: OnnxValue): string =>
  type === 'sequence' || type === 'map' ? '; export it without ZipMap (skl2onnx, onnxmltools: zipmap=False)' : ''

function columnOf(what: string, { name, shape }: OnnxValue, column: number | undefined): number {
  if (shape && shape.length !== 1 && shape.length !== 2)
    mistake(`${what} gives '${name}' of ${shape.length} dimensions; a score is one number a row`)
  const columns = shape?.length === 1 ? 1 : shape?.[1]
  if (column !== undefined) {
    if (columns !== undefined && column >= columns) mistake(`${what} gives '${name}' of ${columns} columns; there is no column ${column}`)
    return column
  }
  if (columns === 1) return 0
  if (columns === 2 || (columns === undefined && name === PROBABILITIES)) return 1
  return mistake(`${what} gives '${name}' of ${columns ?? 'any number of'} columns; say which is the score: column: 0`)
}
