/** Fits an ONNX graph to a model: which inputs of the model feed it, and which of its outputs is the score. */
import { didYouMean, show } from '../../base/index.ts'
import { scoredInput, type ModelInput } from './inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxGraph, OnnxValue } from './onnx-file.ts'
import { onnxInputTypes, type OnnxFeedIR, type OnnxInputType, type OnnxIR } from '../ir/score-ir.ts'

/** Names of inputs: a list, or for each input of the graph a name or a list. */
export type OnnxInputs = readonly string[] | Readonly<Record<string, string | readonly string[]>>

/** Inputs of the graph with their columns. */
export interface Feeds {
  readonly feeds: readonly OnnxFeedIR[]
  /** Every input takes any number of rows, rather than exactly one. */
  readonly anyRows: boolean
}

/** Columns for each input of the graph. Throws `SPILL_DEFINITION` where the graph takes something else. `subject` begins messages. */
export function feedsFor(subject: string, graph: OnnxGraph, inputs: readonly ModelInput[], chosen: OnnxInputs | undefined): Feeds {
  if (graph.inputs.length === 0) mistake(`${subject} takes no inputs: its score would always be the same`)
  const columnsByInput = namedInputs(subject, graph, inputs, chosen)
  const stray = Object.keys(columnsByInput).find(name => !graph.inputs.some(input => input.name === name))
  const names = graph.inputs.map(({ name }) => name)
  if (stray !== undefined) mistake(`${subject} has no input '${stray}'${didYouMean(stray, names)}`)
  const feeds = graph.inputs.map(value => {
    const columns = Object.hasOwn(columnsByInput, value.name) ? columnsByInput[value.name] : undefined
    if (columns === undefined)
      mistake(`${subject} takes '${value.name}', which has no input; write inputs: { '${value.name}': 'name of an input', … }`)
    for (const name of columns)
      if (scoredInput(subject, 'is given', name, inputs).node.type.type === 'string')
        mistake(`${subject}: '${name}' is a string; give a condition instead, such as p.kind.eq('web')`)
    return feedOf(subject, value, columns)
  })
  return { feeds, anyRows: graph.inputs.every(({ shape }) => shape?.[0] === undefined) }
}

/** Columns of the model by the name of the graph's input. */
function namedInputs(
  subject: string,
  { inputs: of, metadata }: OnnxGraph,
  inputs: readonly ModelInput[],
  chosen: OnnxInputs | undefined,
): Readonly<Record<string, readonly string[]>> {
  const metadataText = metadata.get('spillway.inputs')
  const fittedNames = metadataText === undefined ? undefined : namesIn(subject, metadataText)
  if (chosen !== undefined && !isList(chosen)) {
    if (chosen === null || typeof chosen !== 'object')
      mistake(`${subject}: inputs is a list of names, or lists by the graph's names, got ${show(chosen)}`)
    return Object.fromEntries(Object.entries(chosen).map(([name, columns]) => [name, isList(columns) ? columns : [columns]]))
  }
  if (chosen && fittedNames && chosen.join() !== fittedNames.join())
    mistake(`${subject} was fitted on ${listOf(fittedNames)}, in this order, and inputs are ${listOf(chosen)}`)
  const names = inputs.map(({ ir }) => ir.name)
  if (of.length === 1) return { [of[0].name]: chosen ?? fittedNames ?? names }
  if (chosen)
    mistake(`${subject} takes ${of.length} inputs; say which is which: inputs: { '${of[0].name}': '${chosen[0] ?? names[0]}', … }`)
  return Object.fromEntries(of.filter(({ name }) => names.includes(name)).map(({ name }) => [name, [name]]))
}

function namesIn(subject: string, text: string): readonly string[] {
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {
    names = undefined
  }
  if (!Array.isArray(names) || names.some(name => typeof name !== 'string'))
    mistake(`${subject} has metadata spillway.inputs that is no JSON list of names: ${show(text)}`)
  return names as string[]
}

function feedOf(subject: string, { name, type, isTensor, shape }: OnnxValue, inputs: readonly string[]): OnnxFeedIR {
  if (!isTensor || !onnxInputTypes.some(supported => supported === type))
    mistake(`${subject} takes '${name}' of type ${type}; it must be ${onnxInputTypes.join(', ')}`)
  if (inputs.length === 0) mistake(`${subject}: '${name}' is given no input`)
  const [rows, columns] = shape ?? [undefined, undefined]
  if (shape && shape.length !== 1 && shape.length !== 2)
    mistake(`${subject} takes '${name}' of ${shape.length} dimensions; it must be rows × columns, or a value a row`)
  if (rows !== undefined && rows !== 1)
    mistake(`${subject} takes '${name}' with exactly ${rows} rows at a time; export it with a first dimension that is open`)
  if (shape?.length === 1 && inputs.length !== 1)
    mistake(`${subject} takes '${name}' as one value a row, and is given ${inputs.length} inputs: ${listOf(inputs)}`)
  if (shape?.length !== 1 && columns !== undefined && columns !== inputs.length)
    mistake(`${subject} takes '${name}' of ${columns} columns, and is given ${inputs.length} inputs: ${listOf(inputs)}`)
  return { name, type: type as OnnxInputType, rank: shape?.length === 1 ? 1 : 2, inputs: [...inputs] }
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value)

const listOf = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`

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
