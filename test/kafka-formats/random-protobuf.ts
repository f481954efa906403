/** Random pairs of Protobuf files: a writer's, and a reader's that is the writer's after random changes. */
import { random, type Random } from '../../src/base/random.ts'
import { scalarTypes } from '../../src/schema/protobuf/proto-file.ts'

export interface ProtobufCase {
  readonly writer: string
  readonly reader: string
  /** The message of the values: `Outer.Inner`, and its place in each file. */
  readonly message: string
  readonly indexes: readonly number[]
}

interface RandomField {
  readonly name: string
  readonly number: number
  readonly label: 'plain' | 'optional' | 'required' | 'repeated' | 'oneof'
  readonly type: string
  readonly options: string
}

interface RandomMessage {
  readonly name: string
  readonly fields: readonly RandomField[]
  readonly nested: readonly RandomMessage[]
}

const keyTypes = scalarTypes.filter(type => !['double', 'float', 'bytes'].includes(type))
const imported = ['Timestamp', 'Duration', 'Int64Value', 'StringValue', 'DoubleValue', 'BoolValue', 'BytesValue'].map(
  name => `google.protobuf.${name}`,
)
/** Types that read each other's bytes. */
const families = [
  ['int32', 'int64', 'uint32', 'uint64', 'bool', 'Kind'],
  ['sint32', 'sint64'],
  ['string', 'bytes'],
  ['fixed32', 'sfixed32', 'float'],
  ['fixed64', 'sfixed64', 'double'],
]
const defaults: Readonly<Record<string, string>> = {
  int32: '-7',
  uint64: '18446744073709551615',
  sint64: '0x1F',
  double: '-inf',
  float: '1.1',
  bool: 'true',
  string: String.raw`"a\n\303\266\x41\"'"`,
  bytes: String.raw`"\000\xff"`,
  Kind: 'SHOP',
}

export function randomProtobufCase(seed: number): ProtobufCase {
  const draw = new Draw(random(seed))
  const isProto2 = draw.chance(0.35)
  const top = [draw.message('A', isProto2, 0), draw.message('B', isProto2, 0)]
  const outer = draw.below(2)
  const inner = top[outer].nested.length > 0 && draw.chance(0.3) ? draw.below(top[outer].nested.length) : undefined
  const message = inner === undefined ? top[outer].name : `${top[outer].name}.${top[outer].nested[inner].name}`
  const changed = draw.chance(0.6) ? top.map(one => draw.changed(one, isProto2)) : top
  return {
    writer: fileText(top, isProto2, 'MAIL = 5; '),
    reader: fileText(changed, isProto2, draw.chance(0.5) ? 'MAIL = 5; ' : ''),
    message,
    indexes: inner === undefined ? [outer] : [outer, inner],
  }
}

class Draw {
  readonly #random: Random

  constructor(of: Random) {
    this.#random = of
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  message(name: string, isProto2: boolean, depth: number): RandomMessage {
    const nested = Array.from({ length: depth < 2 ? this.below(3) : 0 }, (_, i) => this.message(`${name}${i}`, isProto2, depth + 1))
    const types = [...scalarTypes, 'Kind', ...imported, 'A', 'B', ...nested.flatMap(({ name }) => [name, name])]
    const fields = Array.from({ length: 1 + this.below(7) }, (_, i) => this.#field(i, types, isProto2))
    // Every record has a key and a time, as a source needs.
    const label = isProto2 ? 'optional' : 'plain'
    const key = { name: 'k', number: 900, label, type: 'string', options: '' } as const
    const time = { name: 'at', number: 901, label, type: imported[0], options: '' } as const
    return { name, nested, fields: [...fields, key, time] }
  }

  #field(i: number, types: readonly string[], isProto2: boolean): RandomField {
    const number = this.chance(0.1) ? 1000 + i * 37 : i + 1
    const type = this.#pick(types)
    const isMessage = !(scalarTypes as readonly string[]).includes(type) && type !== 'Kind'
    if (this.chance(0.12)) {
      const map = `map<${this.#pick(keyTypes)}, ${type}>`
      return { name: `f${i}`, number, label: 'plain', type: map, options: '' }
    }
    const shapes = isProto2
      ? (['optional', 'optional', 'optional', 'repeated', 'oneof', ...(isMessage ? [] : (['required'] as const))] as const)
      : (['plain', 'plain', 'plain', 'optional', 'repeated', 'oneof'] as const)
    const label = this.#pick<RandomField['label']>(shapes)
    const isPackable = !isMessage && type !== 'string' && type !== 'bytes'
    const packed = label === 'repeated' && isPackable && this.chance(0.5) ? ` [packed = ${this.chance(0.5)}]` : ''
    const stated = isProto2 && label === 'optional' && this.chance(0.6) ? defaults[type] : undefined
    return { name: `f${i}`, number, label, type, options: stated === undefined ? packed : ` [deprecated = true, default = ${stated}]` }
  }

  /** Removes fields, adds some, and changes types to ones that read the same bytes. */
  changed(message: RandomMessage, isProto2: boolean): RandomMessage {
    const fields = message.fields.flatMap((field): RandomField[] => {
      if (this.chance(0.12)) return []
      const family = families.find(types => types.includes(field.type))
      const type = family && this.chance(0.25) ? this.#pick(family) : field.type
      if (type === field.type) return [field]
      return [{ ...field, type, options: '' }]
    })
    if (this.chance(0.3))
      fields.push({ name: 'added', number: 500, label: isProto2 ? 'optional' : 'plain', type: this.#pick(scalarTypes), options: '' })
    return { ...message, fields, nested: message.nested.map(inner => this.changed(inner, isProto2)) }
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
}

function fileText(top: readonly RandomMessage[], isProto2: boolean, more: string): string {
  const files = ['timestamp', 'duration', 'wrappers'].map(name => `import "google/protobuf/${name}.proto";`)
  const values = `enum Kind { WEB = 0; SHOP = 1; LOW = -3; ${more}}`
  return [`syntax = "proto${isProto2 ? 2 : 3}";`, ...files, values, ...top.map(messageText), ''].join('\n')
}

function messageText({ name, fields, nested }: RandomMessage): string {
  const line = ({ name, number, label, type, options }: RandomField): string => {
    const word = label === 'plain' || label === 'oneof' ? '' : `${label} `
    return `${word}${type} ${name} = ${number}${options};`
  }
  const members = fields.filter(({ label }) => label === 'oneof')
  const alone = fields.filter(({ label }) => label !== 'oneof').map(line)
  const oneof = members.length > 0 ? [`oneof choice { ${members.map(line).join(' ')} }`] : []
  return `message ${name} {\n${[...nested.map(messageText), ...alone, ...oneof].join('\n')}\n}`
}
