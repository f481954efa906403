/** Writes ONNX files byte by byte (onnx.proto): small graphs for tests, without an exporter. */

export interface GraphValue {
  readonly name: string
  readonly type: keyof typeof elements | 'sequence'
  /** A text is an open dimension. */
  readonly shape?: readonly (number | string)[]
}
export interface GraphConstant {
  readonly name: string
  readonly type: 'float32' | 'int64'
  readonly dims: readonly number[]
  readonly values: readonly number[]
  /** Its numbers are stated to be in another file. */
  readonly external?: true
}
export interface GraphNode {
  readonly kind: string
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Bigints become INT; a list has one type. */
  readonly attributes?: Readonly<Record<string, Attribute>>
}
export type Attribute = number | bigint | string | readonly number[] | readonly bigint[] | readonly string[]

export interface GraphOf {
  readonly inputs: readonly GraphValue[]
  readonly outputs: readonly GraphValue[]
  readonly nodes: readonly GraphNode[]
  readonly constants?: readonly GraphConstant[]
  readonly metadata?: Readonly<Record<string, string>>
}

const elements = { float32: 1, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11 } as const

export function onnxBytes({ inputs, outputs, nodes, constants = [], metadata = {} }: GraphOf): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.map(node => message(1, nodeBytes(node))),
    text(2, 'graph'),
    ...constants.map(constant => message(5, tensorBytes(constant))),
    ...inputs.map(value => message(11, valueBytes(value))),
    ...outputs.map(value => message(12, valueBytes(value))),
  ]
  const opset = (domain: string, version: number) => message(8, [text(1, domain), int(2, version)])
  return bytesOf([
    int(1, 8),
    text(2, 'a test'),
    message(7, graph),
    opset('', 17),
    opset('ai.onnx.ml', 3),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ])
}

function nodeBytes({ kind, domain, inputs, outputs, attributes = {} }: GraphNode): Part[] {
  return [
    ...inputs.map(name => text(1, name)),
    ...outputs.map(name => text(2, name)),
    text(4, kind),
    ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeBytes(value)])),
    ...(domain === undefined ? [] : [text(7, domain)]),
  ]
}

function attributeBytes(value: Attribute): Part[] {
  if (typeof value === 'bigint') return [int(3, Number(value)), int(20, 2)]
  if (typeof value === 'number') return [Uint8Array.of(2 * 8 + 5), new Uint8Array(Float32Array.of(value).buffer), int(20, 1)]
  if (typeof value === 'string') return [text(4, value), int(20, 3)]
  if (value.every(one => typeof one === 'bigint')) return [...value.map(one => int(8, Number(one))), int(20, 7)]
  if (value.every(one => typeof one === 'string')) return [...value.map(one => text(9, one)), int(20, 8)]
  return [...value.map(one => bytesOf([Uint8Array.of(7 * 8 + 5), new Uint8Array(Float32Array.of(one).buffer)])), int(20, 6)]
}

function tensorBytes({ name, type, dims, values, external }: GraphConstant): Part[] {
  const data = type === 'float32' ? Float32Array.from(values) : BigInt64Array.from(values, value => BigInt(value))
  return [
    ...dims.map(dim => int(1, dim)),
    int(2, elements[type]),
    text(8, name),
    ...(external ? [message(13, [text(1, 'location'), text(2, 'weights.bin')]), int(14, 1)] : [message(9, [new Uint8Array(data.buffer)])]),
  ]
}

function valueBytes({ name, type, shape }: GraphValue): Part[] {
  if (type === 'sequence') return [text(1, name), message(2, [message(4, [message(1, [message(1, [int(1, 1)])])])])]
  const dimensions = shape?.map(size => message(1, [typeof size === 'number' ? int(1, size) : text(2, size)]))
  return [text(1, name), message(2, [message(1, [int(1, elements[type]), ...(dimensions ? [message(2, dimensions)] : [])])])]
}

type Part = Uint8Array

const int = (field: number, value: number): Part => bytesOf([varint(field * 8), varint(value)])
const text = (field: number, value: string): Part => message(field, [new TextEncoder().encode(value)])

function message(field: number, parts: readonly Part[]): Part {
  const body = bytesOf(parts)
  return bytesOf([varint(field * 8 + 2), varint(body.length), body])
}

function varint(value: number): Part {
  const bytes: number[] = []
  for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
    if (left < 0x80n) return Uint8Array.from([...bytes, Number(left)])
    bytes.push(Number(left & 0x7fn) | 0x80)
  }
}

function bytesOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
