/**
 * Reads an ONNX file without the runtime: inputs, outputs and kinds of nodes of its graph (its message ModelProto in onnx.proto).
 *
 * A definition that does not fit the file is rejected where it is written. The file is untrusted.
 */
import { createHash } from 'node:crypto'
import { protobufFields, isBytes, ProtobufFault, protobufText, type ProtobufField } from './protobuf.ts'

/** An ONNX file and its graph. Plain data, so that another copy of Spillway accepts it. */
export interface OnnxFile {
  /** Path for messages. */
  readonly path: string
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`, hex. */
  readonly sha256: string
  readonly graph: OnnxGraph
}

/** Inputs, outputs and nodes of an ONNX graph. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** Kinds of nodes, each once, with the domain if it is not ONNX's own: `ai.onnx.ml.TreeEnsembleClassifier`. */
  readonly nodes: readonly string[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Input or output of an ONNX graph. */
export interface OnnxValue {
  readonly name: string
  /** Element type of a tensor, such as `float32`; otherwise the kind of container. */
  readonly type: string
  readonly isTensor: boolean
  /** Size of each dimension, `undefined` for an open dimension; absent if the rank is open. */
  readonly shape?: readonly (number | undefined)[]
}

/** Reads a file. Throws `ProtobufFault` for bytes that are no ONNX file, or a file with external data. */
export function parseOnnxFile(path: string, bytes: Uint8Array): OnnxFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return Object.freeze({ path, bytes, sha256, graph: graphOf(bytes) })
}

function graphOf(bytes: Uint8Array): OnnxGraph {
  let graph: Uint8Array | undefined
  let version = 0
  const metadata = new Map<string, string>()
  for (const { field, value } of protobufFields(bytes)) {
    if (field === 1 && !isBytes(value)) version = value
    if (field === 7) graph = messageOf(value)
    if (field === 14) {
      const { 1: key, 2: text } = lastOf(messageOf(value))
      if (key !== undefined && text !== undefined) metadata.set(protobufText(key), protobufText(text))
    }
  }
  if (!graph || version === 0) throw new ProtobufFault('it has no graph')
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const constants = new Set<string>()
  const nodes = new Set<string>()
  for (const { field, value } of protobufFields(graph)) {
    if (field === 1) addNode(messageOf(value), nodes)
    if (field === 5) constants.add(nameOfTensor(messageOf(value)))
    if (field === 11) inputs.push(valueOf(messageOf(value)))
    if (field === 12) outputs.push(valueOf(messageOf(value)))
  }
  if (outputs.length === 0) throw new ProtobufFault('its graph has no outputs')
  return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs, nodes: [...nodes], metadata }
}

function addNode(node: Uint8Array, nodes: Set<string>): void {
  const { 4: kind, 7: domain } = lastOf(node)
  if (kind === undefined) throw new ProtobufFault('its graph has a node of no kind')
  const where = domain === undefined ? '' : protobufText(domain)
  nodes.add(where === '' || where === 'ai.onnx' ? protobufText(kind) : `${where}.${protobufText(kind)}`)
  // Attributes that are tensors, such as that of a Constant.
  for (const { field, value } of protobufFields(node)) {
    const { 5: tensor } = field === 5 ? lastOf(messageOf(value)) : {}
    if (tensor !== undefined) nameOfTensor(messageOf(tensor))
  }
}

/** Numbers in another file would not be in the hash of this file. */
function nameOfTensor(tensor: Uint8Array): string {
  const { 8: name, 14: location } = lastOf(tensor)
  if (location === 1) throw new ProtobufFault('it keeps numbers in another file; save it as one, without external data')
  return name === undefined ? '' : protobufText(name)
}

const elementTypes: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
}
const containers: Readonly<Record<number, string>> = { 4: 'sequence', 5: 'map', 8: 'sparse tensor', 9: 'optional' }

function valueOf(info: Uint8Array): OnnxValue {
  const { 1: name, 2: type } = lastOf(info)
  if (name === undefined) throw new ProtobufFault('its graph has an input or output without a name')
  const of = type === undefined ? {} : lastOf(messageOf(type))
  const container = Object.keys(containers).find(field => of[Number(field)] !== undefined)
  if (of[1] === undefined)
    return { name: protobufText(name), type: container ? containers[Number(container)] : 'of no type', isTensor: false }
  const { 1: element, 2: shape } = lastOf(messageOf(of[1]))
  const dimensions = shape === undefined ? undefined : [...protobufFields(messageOf(shape))].filter(({ field }) => field === 1)
  return {
    name: protobufText(name),
    type: elementTypes[Number(element)] ?? `type ${String(element)}`,
    isTensor: true,
    ...(dimensions && { shape: dimensions.map(({ value }) => sizeOf(messageOf(value))) }),
  }
}

function sizeOf(dimension: Uint8Array): number | undefined {
  const { 1: size } = lastOf(dimension)
  return typeof size === 'number' && size > 0 && size <= Number.MAX_SAFE_INTEGER ? size : undefined
}

function messageOf(value: ProtobufField['value']): Uint8Array {
  if (!isBytes(value)) throw new ProtobufFault('it has a number where a message is meant')
  return value
}

/** Fields by number; of repeated fields the last, as the format demands. */
function lastOf(message: Uint8Array): Readonly<Record<number, ProtobufField['value'] | undefined>> {
  return Object.fromEntries([...protobufFields(message)].map(({ field, value }) => [field, value]))
}
