/**
 * Parses an Avro schema (specification 1.12): resolves names, and checks what the specification demands of a schema.
 *
 * Cost: one pass, at most SCHEMA_PARTS_MAX types in SCHEMA_DEPTH_MAX levels. Throws `SPILL_FORMAT` with the path of a mistake.
 */
import { didYouMean, limits, show } from '../../base/index.ts'
import { malformedSchema, parseSchemaJson, PartBudget } from '../problems/schema-error.ts'
import {
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  avroTypeText,
  primitiveTypes,
  shortName,
} from './avro-schema.ts'
import { isAvroDefault } from './avro-default.ts'
import { logicalTypeOf } from './logical-type.ts'

type Definition = Readonly<Record<string, unknown>>

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/
const fullIdentifier = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/

/**
 * Parses the text of an Avro schema. Throws `SPILL_FORMAT` for a schema that the specification does not allow, and for a record that
 * contains itself without an end; `SPILL_LIMIT` for a schema that is too large.
 */
export function parseAvro(text: string): AvroType {
  const parser = new AvroParser()
  const type = parser.type(parseSchemaJson(text), '/', '', 0)
  parser.checkDefaults()
  return type
}

class AvroParser {
  readonly #named = new Map<string, AvroRecord | AvroEnum | AvroFixed>()
  readonly #budget = PartBudget.ofParts()
  /** Defaults can be checked only once every type is complete. */
  readonly #defaults: { readonly path: string; readonly type: AvroType; readonly value: unknown }[] = []

  type(schema: unknown, path: string, namespace: string, depth: number): AvroType {
    this.#budget.spend()
    if (depth > limits.SCHEMA_DEPTH_MAX) malformedSchema(path, `nested more than ${limits.SCHEMA_DEPTH_MAX} deep (SCHEMA_DEPTH_MAX)`)
    if (typeof schema === 'string') return this.#reference(schema, path, namespace)
    if (Array.isArray(schema)) return this.#union(schema, path, namespace, depth)
    if (schema === null || typeof schema !== 'object') malformedSchema(path, `a type is a name, an object or a list, got ${show(schema)}`)
    const definition = schema as Definition
    switch (definition['type']) {
      case 'record':
      case 'error':
        return this.#record(definition, path, namespace, depth)
      case 'enum':
        return this.#enum(definition, path, namespace)
      case 'fixed':
        return this.#fixed(definition, path, namespace)
      case 'array':
        return { kind: 'array', items: this.type(definition['items'], joinPath(path, 'items'), namespace, depth + 1) }
      case 'map':
        return { kind: 'map', values: this.type(definition['values'], joinPath(path, 'values'), namespace, depth + 1) }
      default: {
        const type = this.type(definition['type'], path, namespace, depth + 1)
        const logical = logicalTypeOf(definition, type, path)
        return logical !== undefined && isPrimitive(type.kind) ? { kind: type.kind, logical } : type
      }
    }
  }

  checkDefaults(): void {
    const [endless] = endlessRecords([...this.#named.values()].filter(named => named.kind === 'record'))
    if (endless)
      malformedSchema('/', `record '${endless.fullName}' contains itself with no union, array or map between, so no value of it ends`)
    for (const { path, type, value } of this.#defaults)
      if (!isAvroDefault(type, value)) malformedSchema(path, `the default ${show(value)} is no ${avroTypeText(type)}`)
  }

  #reference(name: string, path: string, namespace: string): AvroType {
    if (isPrimitive(name)) return { kind: name }
    const full = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
    const known = this.#named.get(full) ?? this.#named.get(name)
    return known ?? malformedSchema(path, `there is no type ${show(name)}${didYouMean(name, [...primitiveTypes, ...this.#named.keys()])}`)
  }

  #union(schemas: readonly unknown[], path: string, namespace: string, depth: number): AvroUnion {
    if (schemas.length === 0) malformedSchema(path, 'a union needs at least one type')
    const branches = schemas.map(schema => this.type(schema, path, namespace, depth + 1))
    const labels = branches.map(branch => ('fullName' in branch ? branch.fullName : branch.kind))
    if (labels.includes('union')) malformedSchema(path, 'a union directly in a union')
    const twice = labels.find((label, i) => labels.indexOf(label) !== i)
    if (twice !== undefined) malformedSchema(path, `the union has ${twice} twice`)
    return { kind: 'union', branches }
  }

  #record(definition: Definition, path: string, namespace: string, depth: number): AvroRecord {
    const fields: AvroField[] = []
    const record: AvroRecord = { kind: 'record', ...this.#name(definition, path, namespace), fields }
    this.#define(record, path)
    const inner = namespaceOf(record.fullName)
    if (!Array.isArray(definition['fields'])) malformedSchema(path, `record '${record.fullName}' needs a list of fields`)
    for (const field of definition['fields'] as readonly unknown[]) {
      if (field === null || typeof field !== 'object') malformedSchema(path, `a field is an object, got ${show(field)}`)
      const { name, type, aliases, ...rest } = field as Definition
      if (typeof name !== 'string' || !identifier.test(name)) malformedSchema(path, `${show(name)} is no name of a field`)
      if (fields.some(other => other.name === name)) malformedSchema(path, `record '${record.fullName}' has the field '${name}' twice`)
      const place = joinPath(path, name)
      const parsed = this.type(type, place, inner, depth + 1)
      if ('default' in rest) this.#defaults.push({ path: place, type: parsed, value: rest['default'] })
      const hasDefault = 'default' in rest
      fields.push({ name, aliases: namesOf(aliases, place), type: parsed, hasDefault, ...(hasDefault && { default: rest['default'] }) })
    }
    return record
  }

  #enum(definition: Definition, path: string, namespace: string): AvroEnum {
    const { symbols, default: fallback } = definition
    const isList = Array.isArray(symbols) && symbols.every(symbol => typeof symbol === 'string' && identifier.test(symbol))
    if (!isList || symbols.length === 0) malformedSchema(path, `an enum needs a list of names as symbols, got ${show(symbols)}`)
    const names = symbols as readonly string[]
    const twice = repeatedName(names)
    if (twice !== undefined) malformedSchema(path, `the enum has the symbol '${twice}' twice`)
    const symbolSet = new Set(names)
    if (fallback !== undefined && !symbolSet.has(fallback as string))
      malformedSchema(path, `the default ${show(fallback)} of the enum is none of its symbols`)
    const type: AvroEnum = {
      kind: 'enum',
      ...this.#name(definition, path, namespace),
      symbols: names,
      symbolSet,
      ...(typeof fallback === 'string' && { default: fallback }),
    }
    return this.#define(type, path)
  }

  #fixed(definition: Definition, path: string, namespace: string): AvroFixed {
    const { size } = definition
    if (!Number.isSafeInteger(size) || (size as number) < 0) malformedSchema(path, `a fixed needs its size in bytes, got ${show(size)}`)
    const plain: AvroFixed = { kind: 'fixed', ...this.#name(definition, path, namespace), size: size as number }
    const logical = logicalTypeOf(definition, plain, path)
    return this.#define(logical === undefined ? plain : { ...plain, logical }, path)
  }

  #name({ name, namespace: own, aliases }: Definition, path: string, namespace: string): { fullName: string; aliases: readonly string[] } {
    if (typeof name !== 'string' || !fullIdentifier.test(name) || isPrimitive(name))
      malformedSchema(path, `${show(name)} is no name of a type`)
    if (own !== undefined && (typeof own !== 'string' || (own !== '' && !fullIdentifier.test(own))))
      malformedSchema(path, `${show(own)} is no namespace`)
    const space = typeof own === 'string' ? own : namespace
    const fullName = name.includes('.') || space === '' ? name : `${space}.${name}`
    const inner = namespaceOf(fullName)
    const full = namesOf(aliases, path).map(alias => (alias.includes('.') || inner === '' ? alias : `${inner}.${alias}`))
    return { fullName, aliases: full }
  }

  #define<T extends AvroRecord | AvroEnum | AvroFixed>(type: T, path: string): T {
    if (this.#named.has(type.fullName)) malformedSchema(path, `the type '${type.fullName}' is defined twice`)
    this.#named.set(type.fullName, type)
    return type
  }
}

const isPrimitive = (name: string): name is (typeof primitiveTypes)[number] => (primitiveTypes as readonly string[]).includes(name)

const namespaceOf = (fullName: string): string =>
  fullName.length === shortName(fullName).length ? '' : fullName.slice(0, fullName.lastIndexOf('.'))

const joinPath = (path: string, part: string): string => (path === '/' ? `/${part}` : `${path}/${part}`)

/** The first name that a list has twice. */
function repeatedName(names: readonly string[]): string | undefined {
  const earlier = new Set<string>()
  return names.find(name => earlier.has(name) || !earlier.add(name))
}

function namesOf(aliases: unknown, path: string): readonly string[] {
  if (aliases === undefined) return []
  if (!Array.isArray(aliases) || !aliases.every(alias => typeof alias === 'string' && fullIdentifier.test(alias)))
    malformedSchema(path, `aliases is a list of names, got ${show(aliases)}`)
  return aliases as readonly string[]
}

/** Records of which no value ends: each contains one of them in every value. */
function endlessRecords(records: readonly AvroRecord[]): readonly AvroRecord[] {
  const endless = new Set(records)
  const ends = (type: AvroType): boolean => {
    if (type.kind === 'union') return type.branches.some(ends)
    return type.kind !== 'record' || !endless.has(type)
  }
  for (let before = -1; before !== endless.size;) {
    before = endless.size
    for (const record of endless) if (record.fields.every(({ type }) => ends(type))) endless.delete(record)
  }
  return [...endless]
}
