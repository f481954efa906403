/** Which inputs of a model a graph of ONNX is given, held against what it takes. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import type { Input } from './inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import type { OnnxGraph, OnnxValue } from './onnx-file.ts'
import { onnxInputTypes, type OnnxFeedIR, type OnnxInputType } from '../ir/onnx-ir.ts'

/** Names of inputs: a list, or by the name of a graph's input one or a list. */
export type OnnxInputs = readonly string[] | Readonly<Record<string, string | readonly string[]>>

export interface Feeds {
  readonly feeds: readonly OnnxFeedIR[]
  /** Every input takes any number of rows, rather than one. */
  readonly anyRows: boolean
}

/** Throws `SPILL_DEFINITION` where the graph takes something else. `what` is in front of messages. */
export function feedsOf(what: string, graph: OnnxGraph, inputs: readonly Input[], given: OnnxInputs | undefined): Feeds {
  if (graph.inputs.length === 0) mistake(`${what} takes no inputs: its score would always be the same`)
  const named = namedInputs(what, graph, inputs, given)
  const stray = Object.keys(named).find(name => !graph.inputs.some(input => input.name === name))
  const names = graph.inputs.map(({ name }) => name)
  if (stray !== undefined) mistake(`${what} has no input '${stray}'${didYouMean(stray, names)}`)
  const feeds = graph.inputs.map(value => {
    const columns = Object.hasOwn(named, value.name) ? named[value.name] : undefined
    if (columns === undefined)
      mistake(`${what} takes '${value.name}', which is not given; write inputs: { '${value.name}': 'name of an input', … }`)
    for (const name of columns) checkInput(what, name, inputs)
    return feedOf(what, value, columns)
  })
  return { feeds, anyRows: graph.inputs.every(({ shape }) => shape?.[0] === undefined) }
}

/** Columns of the model by the name of the graph's input. */
function namedInputs(
  what: string,
  { inputs: of, metadata }: OnnxGraph,
  inputs: readonly Input[],
  given: OnnxInputs | undefined,
): Readonly<Record<string, readonly string[]>> {
  const written = metadata.get('spillway.inputs')
  const fitted = written === undefined ? undefined : namesIn(what, written)
  if (given !== undefined && !isList(given)) {
    if (given === null || typeof given !== 'object')
      mistake(`${what}: inputs is a list of names, or lists by the graph's names, got ${show(given)}`)
    return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, isList(one) ? one : [one]]))
  }
  if (given && fitted && given.join() !== fitted.join())
    mistake(`${what} was fitted on ${listOf(fitted)}, in this order, and inputs are ${listOf(given)}`)
  const names = inputs.map(({ ir }) => ir.name)
  if (of.length === 1) return { [of[0].name]: given ?? fitted ?? names }
  if (given) mistake(`${what} takes ${of.length} inputs; say which is which: inputs: { '${of[0].name}': '${given[0] ?? names[0]}', … }`)
  return Object.fromEntries(of.filter(({ name }) => names.includes(name)).map(({ name }) => [name, [name]]))
}

function namesIn(what: string, text: string): readonly string[] {
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {
    names = undefined
  }
  if (!Array.isArray(names) || names.some(name => typeof name !== 'string'))
    mistake(`${what} has metadata spillway.inputs that is no JSON list of names: ${show(text)}`)
  return names as string[]
}

function feedOf(what: string, { name, type, isTensor, shape }: OnnxValue, inputs: readonly string[]): OnnxFeedIR {
  if (!isTensor || !onnxInputTypes.some(known => known === type))
    mistake(`${what} takes '${name}' of type ${type}; it must be ${onnxInputTypes.join(', ')}`)
  if (inputs.length === 0) mistake(`${what}: '${name}' is given no input`)
  const [rows, columns] = shape ?? [undefined, undefined]
  if (shape && shape.length !== 1 && shape.length !== 2)
    mistake(`${what} takes '${name}' of ${shape.length} dimensions; it must be rows × columns, or a value a row`)
  if (rows !== undefined && rows !== 1)
    mistake(`${what} takes '${name}' with exactly ${rows} rows at a time; export it with a first dimension that is open`)
  if (shape?.length === 1 && inputs.length !== 1)
    mistake(`${what} takes '${name}' as one value a row, and is given ${inputs.length} inputs: ${listOf(inputs)}`)
  if (shape?.length !== 1 && columns !== undefined && columns !== inputs.length)
    mistake(`${what} takes '${name}' of ${columns} columns, and is given ${inputs.length} inputs: ${listOf(inputs)}`)
  return { name, type: type as OnnxInputType, rank: shape?.length === 1 ? 1 : 2, inputs: [...inputs] }
}

function checkInput(what: string, name: string, inputs: readonly Input[]): void {
  const names = inputs.map(({ ir }) => ir.name)
  const input = inputs[names.indexOf(name)]
  if (!input) mistake(`${what} is given '${name}', which is no input of the model${didYouMean(name, names)}`)
  const { type } = input.node
  if (type.list) mistake(`${what}: '${name}' is a list; only your own compute can score it`)
  if (type.type === 'string') mistake(`${what}: '${name}' is a string; give a condition instead, such as p.kind.eq('web')`)
}

const isList = (given: unknown): given is readonly string[] => Array.isArray(given)

const listOf = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`
