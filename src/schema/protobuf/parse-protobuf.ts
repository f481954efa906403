/**
 * Parses a Protobuf file (proto2, proto3): messages, fields, enums, oneofs, maps and reserved numbers. Options, services and extensions are
 * skipped; a group is rejected.
 *
 * A type of another file is known by its full name alone. Cost: two passes, one for the text and one that resolves names.
 */
import { didYouMean, limits } from '../../base/index.ts'
import { malformedSchema } from '../problems/schema-error.ts'
import {
  type FieldType,
  type NumberRange,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ScalarType,
  scalarTypes,
} from './proto-file.ts'
import { ProtoTokens } from './tokens.ts'

/** Greatest number of a field. */
const NUMBER_MAX = 2 ** 29 - 1

interface OpenMessage extends ProtoMessage {
  readonly fields: ProtoField[]
  readonly nested: ProtoMessage[]
  readonly reservedNumbers: NumberRange[]
  readonly reservedNames: string[]
}

/** Throws `SPILL_FORMAT` with the line of a mistake; `SPILL_LIMIT` for a text that is too large. */
export function parseProtobuf(text: string): ProtoFile {
  return new ProtoParser(text).file()
}

class ProtoParser {
  readonly #tokens: ProtoTokens
  readonly #messages = new Map<string, OpenMessage>()
  readonly #enums = new Map<string, ProtoEnum>()
  /** Types can be resolved once all names are known. */
  readonly #unresolved: (() => void)[] = []
  #package = ''
  #isProto2 = true
  /** Fields of proto2 and of editions have presence; those of proto3 only if they are `optional`. */
  #hasPresence = true
  #imports = 0

  constructor(text: string) {
    this.#tokens = new ProtoTokens(text)
  }

  file(): ProtoFile {
    const top: string[] = []
    while (!this.#tokens.isAtEnd) this.#statement(top)
    if (top.length === 0) malformedSchema('/', 'there is no message')
    for (const resolve of this.#unresolved) resolve()
    return { isProto2: this.#isProto2, messages: new Map(top.map(name => [this.#messages.get(name)!.name, this.#messages.get(name)!])) }
  }

  #statement(top: string[]): void {
    const tokens = this.#tokens
    if (tokens.accept(';')) return
    const word = tokens.next()
    switch (word) {
      case 'syntax':
      case 'edition': {
        tokens.expect('=')
        const version = tokens.text()
        if (word === 'syntax' && version !== 'proto2' && version !== 'proto3')
          tokens.fail(`syntax '${version}' is neither proto2 nor proto3`)
        this.#isProto2 = version === 'proto2'
        this.#hasPresence = version !== 'proto3'
        return tokens.expect(';')
      }
      case 'package':
        this.#package = tokens.next()
        return tokens.expect(';')
      case 'import':
        this.#imports++
        return tokens.skipStatement()
      case 'message':
        top.push(this.#message('', 0))
        return
      case 'enum':
        return this.#enum('')
      case 'option':
      case 'service':
      case 'extend':
        return tokens.skipStatement()
      default:
        return tokens.fail(`unexpected '${word}'`)
    }
  }

  /** Returns the full name. */
  #message(outer: string, depth: number): string {
    const tokens = this.#tokens
    if (depth > limits.SCHEMA_DEPTH_MAX) tokens.fail(`nested more than ${limits.SCHEMA_DEPTH_MAX} deep (SCHEMA_DEPTH_MAX)`)
    const name = joined(outer, tokens.name())
    const fullName = joined(this.#package, name)
    const message: OpenMessage = { fullName, name, fields: [], nested: [], reservedNumbers: [], reservedNames: [] }
    this.#checkNew(fullName)
    this.#messages.set(fullName, message)
    tokens.expect('{')
    while (!tokens.accept('}')) this.#member(message, depth)
    return fullName
  }

  #member(message: OpenMessage, depth: number): void {
    const tokens = this.#tokens
    if (tokens.accept(';')) return
    if (['option', 'extensions', 'extend'].includes(tokens.peek() ?? '')) return tokens.skipStatement()
    if (tokens.peek() === 'reserved') return this.#reserved(message)
    if (tokens.accept('message')) {
      message.nested.push(this.#messages.get(this.#message(message.name, depth + 1))!)
      return
    }
    if (tokens.accept('enum')) return this.#enum(message.name)
    if (!tokens.accept('oneof')) return this.#field(message, undefined)
    const oneof = tokens.name()
    tokens.expect('{')
    while (!tokens.accept('}'))
      if (tokens.peek() === 'option') tokens.skipStatement()
      else this.#field(message, oneof)
  }

  #field(message: OpenMessage, oneof: string | undefined): void {
    const tokens = this.#tokens
    const label = tokens.accept('repeated') ? 'repeated' : tokens.accept('required') ? 'required' : 'singular'
    const isOptional = label === 'singular' && tokens.accept('optional')
    if (tokens.peek() === 'group') tokens.fail('a group is not supported; write a message')
    const { place } = tokens
    const typeName = tokens.next()
    const map = typeName === 'map' && tokens.accept('<') ? this.#mapTypes() : undefined
    const name = tokens.name()
    tokens.expect('=')
    const number = tokens.integer()
    const fallback = tokens.peek() === '[' ? this.#fieldDefault() : undefined
    tokens.expect(';')
    if (number < 1 || number > NUMBER_MAX)
      malformedSchema(place, `field '${name}' has the number ${number}, which is not from 1 to ${NUMBER_MAX}`)
    const twin = message.fields.find(field => field.name === name || field.number === number)
    if (twin) malformedSchema(place, `fields '${twin.name}' and '${name}' have the same ${twin.name === name ? 'name' : 'number'}`)
    const at = message.fields.length
    const isPresent = label === 'required' || isOptional || oneof !== undefined || this.#hasPresence
    message.fields.push({
      name,
      number,
      label,
      oneof,
      hasPresence: label !== 'repeated' && isPresent,
      ...(fallback !== undefined && { default: fallback }),
      type: { kind: 'imported', name: typeName },
    })
    this.#unresolved.push(() => {
      const type: FieldType = map
        ? { kind: 'map', key: map.key as ScalarType, value: this.#type(map.value, message.name, place) }
        : this.#type(typeName, message.name, place)
      const { hasPresence } = message.fields[at]
      const isMessage = type.kind === 'message' || type.kind === 'imported'
      const hasOwnPresence = type.kind !== 'map' && label !== 'repeated' && (hasPresence || isMessage)
      message.fields[at] = { ...message.fields[at], type, hasPresence: hasOwnPresence }
      if (isReserved(message, message.fields[at])) malformedSchema(place, `field '${name}' = ${number} is reserved`)
    })
  }

  #mapTypes(): { readonly key: string; readonly value: string } {
    const tokens = this.#tokens
    const key = tokens.next()
    if (!isScalar(key)) tokens.fail(`'${key}' cannot be the key of a map`)
    tokens.expect(',')
    const value = tokens.next()
    tokens.expect('>')
    return { key, value }
  }

  #skipOptions(): void {
    this.#fieldDefault()
  }

  /** Skips the options of a field, and returns its default. */
  #fieldDefault(): string | undefined {
    const tokens = this.#tokens
    let fallback: string | undefined
    for (let depth = 0; ;) {
      const token = tokens.next()
      if (token === 'default' && depth === 1 && tokens.accept('=')) fallback = (tokens.accept('-') ? '-' : '') + tokens.next()
      if (token === '[' || token === '{') depth++
      if (token === ']' || token === '}') depth--
      if (depth === 0) return fallback
    }
  }

  #reserved(message: OpenMessage): void {
    const tokens = this.#tokens
    tokens.expect('reserved')
    do {
      if (/^["'A-Za-z_]/.test(tokens.peek() ?? '')) message.reservedNames.push(/^["']/.test(tokens.peek()!) ? tokens.text() : tokens.name())
      else {
        const first = tokens.integer()
        const last = tokens.accept('to') ? (tokens.accept('max') ? NUMBER_MAX : tokens.integer()) : first
        message.reservedNumbers.push({ first, last })
      }
    } while (tokens.accept(','))
    tokens.expect(';')
  }

  #enum(outer: string): void {
    const tokens = this.#tokens
    const name = joined(outer, tokens.name())
    const fullName = joined(this.#package, name)
    this.#checkNew(fullName)
    const [numbers, symbols]: [number[], string[]] = [[], []]
    tokens.expect('{')
    while (!tokens.accept('}')) {
      if (tokens.accept(';')) continue
      if (tokens.peek() === 'option' || tokens.peek() === 'reserved') {
        tokens.skipStatement()
        continue
      }
      symbols.push(tokens.name())
      tokens.expect('=')
      numbers.push(tokens.integer())
      if (tokens.peek() === '[') this.#skipOptions()
      tokens.expect(';')
    }
    if (numbers.length === 0) tokens.fail(`enum '${name}' has no values`)
    this.#enums.set(fullName, { fullName, name, numbers, symbols })
  }

  #checkNew(fullName: string): void {
    if (this.#messages.has(fullName) || this.#enums.has(fullName)) this.#tokens.fail(`'${fullName}' is defined twice`)
  }

  /** Resolves a name as Protobuf does: from the innermost message outwards, unless it begins with a dot. */
  #type(name: string, scope: string, place: string): FieldType {
    if (isScalar(name)) return { kind: 'scalar', name }
    const outer = joined(this.#package, scope).split('.')
    const scopes = name.startsWith('.')
      ? ['']
      : Array.from({ length: outer.length + 1 }, (_, i) => outer.slice(0, outer.length - i).join('.'))
    for (const inner of scopes) {
      const full = joined(inner, name.replace(/^\./, ''))
      const message = this.#messages.get(full)
      if (message) return { kind: 'message', message }
      const values = this.#enums.get(full)
      if (values) return { kind: 'enum', values }
    }
    if (this.#imports > 0) return { kind: 'imported', name: name.replace(/^\./, '') }
    return malformedSchema(
      place,
      `there is no type '${name}'${didYouMean(name, [...scalarTypes, ...this.#messages.keys(), ...this.#enums.keys()])}`,
    )
  }
}

const joined = (outer: string, name: string): string => (outer === '' ? name : `${outer}.${name}`)

const isScalar = (name: string): name is ScalarType => (scalarTypes as readonly string[]).includes(name)

/** Does a message reserve the name or the number of a field? */
export const isReserved = ({ reservedNames, reservedNumbers }: ProtoMessage, { name, number }: ProtoField): boolean =>
  reservedNames.includes(name) || reservedNumbers.some(({ first, last }) => first <= number && number <= last)
