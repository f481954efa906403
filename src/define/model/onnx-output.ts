/** Finds the score in the outputs of an ONNX graph. */
import { didYouMean } from '../../base/index.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxGraph, OnnxValue } from './onnx-file.ts'
import type { OnnxIR } from '../ir/onnx-ir.ts'

/** Name that exporters from scikit-learn, LightGBM and XGBoost give to the probabilities: a row per row, a column per class. */
const PROBABILITIES = 'probabilities'

/** Output and column of the score. Throws `SPILL_DEFINITION` where neither options nor names decide. */
export function outputOf(
  subject: string,
  { outputs }: OnnxGraph,
  name: string | undefined,
  column: number | undefined,
): Pick<OnnxIR, 'output' | 'column'> {
  const value = name === undefined ? usualOutput(subject, outputs) : outputs.find(output => output.name === name)
  const names = outputs.map(output => output.name)
  if (!value) mistake(`${subject} has no output '${name}'${didYouMean(name!, names)}`)
  if (!isScore(value)) mistake(`${subject} gives '${value.name}' as ${value.type}, not as float32 or float64${fixOf(value)}`)
  return { output: value.name, column: columnOf(subject, value, column) }
}

const isScore = ({ isTensor, type }: OnnxValue): boolean => isTensor && (type === 'float32' || type === 'float64')

function usualOutput(subject: string, outputs: readonly OnnxValue[]): OnnxValue {
  const probabilities = outputs.find(({ name }) => name === PROBABILITIES)
  if (probabilities) return probabilities
  const scores = outputs.filter(isScore)
  if (scores.length === 1) return scores[0]
  const [first] = outputs
  if (outputs.length === 1) return first
  return mistake(
    `${subject} gives ${outputs.map(({ name, type }) => `${name} (${type})`).join(', ')}; ` +
      `say which is the score: output: '${(scores[0] ?? first).name}'`,
  )
}

const fixOf = ({ type }: OnnxValue): string =>
  type === 'sequence' || type === 'map' ? '; export it without ZipMap (skl2onnx, onnxmltools: zipmap=False)' : ''

function columnOf(subject: string, { name, shape }: OnnxValue, column: number | undefined): number {
  if (shape && shape.length !== 1 && shape.length !== 2)
    mistake(`${subject} gives '${name}' of ${shape.length} dimensions; a score is one number a row`)
  const columns = shape?.length === 1 ? 1 : shape?.[1]
  if (column !== undefined) {
    if (columns !== undefined && column >= columns)
      mistake(`${subject} gives '${name}' of ${columns} columns; there is no column ${column}`)
    return column
  }
  if (columns === 1) return 0
  if (columns === 2 || (columns === undefined && name === PROBABILITIES)) return 1
  return mistake(`${subject} gives '${name}' of ${columns ?? 'any number of'} columns; say which is the score: column: 0`)
}
