/**
 * Compatibility of JSON Schemas: does the reader's schema allow every value that the writer's schema allows?
 *
 * Each keyword of the reader must follow from the writer's schema. What cannot be decided is reported as `undecided`, never passed over. A
 * property that a reader requires may be missing if it has a default. `format` is an annotation. Schemas may be recursive: of each pair it is
 * first assumed that it fits, until no pair contradicts; `not` changes the sides of its pairs. Cost: at most SCHEMA_PAIRS_MAX pairs; branches
 * of `anyOf` multiply.
 */
import { canonicalJson } from '../../define/ir/index.ts'
import type { Incompatibility } from '../problems/incompatibility.ts'
import { PartBudget } from '../problems/schema-error.ts'
import { keywordReasons, type ReaderReason, schemaText, undecidedReason } from './keyword-reasons.ts'
import { isSchemaObject, type SchemaNode, type JsonSchemaDocument, type JsonSchemaObject, jsonTypes } from './parse-json-schema.ts'
import {
  additionalSchemas,
  type Conjunction,
  flattened,
  itemSchemas,
  matchesPattern,
  objectsOf,
  patternsOf,
  propertiesOf,
  propertySchemas,
  requiredNames,
  schemasOf,
  leadingItems,
  typeOfValue,
  typesOf,
  listedValues,
} from './written-values.ts'

/** Reasons why the reader's schema does not allow every value of the writer's schema. Throws `SPILL_LIMIT` for schemas that are too large. */
export function jsonSchemaIncompatibilities(
  reader: JsonSchemaDocument,
  writer: JsonSchemaDocument,
  budget = PartBudget.ofPairs(),
): Incompatibility[] {
  const comparison = new JsonSchemaComparison(reader, writer, new ComparisonProgress(budget))
  const incompatibilities = comparison.compare(reader.root, [writer.root])
  return [...new Map(incompatibilities.map(reason => [`${reason.path} ${reason.rule} ${reason.problem}`, reason])).values()]
}

/** A schema for each type, to split values by their types. */
const schemaOfType = new Map(jsonTypes.map(type => [type, Object.freeze({ type })]))
const tokens = new WeakMap<JsonSchemaObject, string>()

/** Canonical text of a schema, to recognise an equal one; made once for each schema. */
function tokenOf(schema: SchemaNode): string {
  if (typeof schema === 'boolean') return String(schema)
  const token = tokens.get(schema) ?? canonicalJson(schema)
  tokens.set(schema, token)
  return token
}

/** Progress of one comparison in both directions: inside a `not` the sides change. */
class ComparisonProgress {
  readonly budget: PartBudget
  /** Both directions in the order in which they were first needed. */
  readonly directions: JsonSchemaComparison[] = []
  isChanged = false

  constructor(budget: PartBudget) {
    this.budget = budget
  }
}

class JsonSchemaComparison {
  readonly #reader: JsonSchemaDocument
  readonly #writer: JsonSchemaDocument
  readonly #progress: ComparisonProgress
  readonly #budget: PartBudget
  readonly #ids = new Map<SchemaNode, number>()
  /** By pair: its reasons in the last round. */
  readonly #known = new Map<string, readonly Incompatibility[]>()
  readonly #visited = new Set<string>()

  constructor(reader: JsonSchemaDocument, writer: JsonSchemaDocument, progress: ComparisonProgress) {
    this.#reader = reader
    this.#writer = writer
    this.#progress = progress
    this.#budget = progress.budget
    progress.directions.push(this)
  }

  compare(reader: SchemaNode, written: Conjunction): readonly Incompatibility[] {
    for (;;) {
      this.#progress.isChanged = false
      for (const direction of this.#progress.directions) direction.#visited.clear()
      const reasons = this.#pair(reader, written, '')
      if (!this.#progress.isChanged) return reasons
    }
  }

  /** The comparison with the sides changed; it shares the budget and the rounds. */
  #reversed(): JsonSchemaComparison {
    const other = this.#progress.directions.find(direction => direction !== this)
    return other ?? new JsonSchemaComparison(this.#writer, this.#reader, this.#progress)
  }

  /** Reasons of one pair; `expanded` are the schemas whose `anyOf` and `oneOf` are already split. */
  #pair(reader: SchemaNode, written: Conjunction, path: string, expanded: readonly SchemaNode[] = []): readonly Incompatibility[] {
    const key = [[reader], written, expanded].map(schemas => schemas.map(schema => this.#idOf(schema)).join(' ')).join('|')
    const known = this.#known.get(key)
    if (this.#visited.has(key)) return known ?? []
    this.#visited.add(key)
    this.#budget.spend(1 + written.length + expanded.length)
    const reasons = this.#evaluate(reader, flattened(written, this.#writer), path, expanded)
    if (reasons.length > 0 !== (known ?? []).length > 0) this.#progress.isChanged = true
    this.#known.set(key, reasons)
    return reasons
  }

  #evaluate(reader: SchemaNode, written: Conjunction, path: string, expanded: readonly SchemaNode[]): readonly Incompatibility[] {
    if (reader === true || typesOf(written).size === 0 || listedValues(written)?.length === 0) return []
    if (reader !== false && Object.keys(reader).length === 0) return []
    const split = objectsOf(written).find(schema => !expanded.includes(schema) && (schema['anyOf'] ?? schema['oneOf']) !== undefined)
    const isSame = (schema: SchemaNode): boolean => tokenOf(schema) === tokenOf(reader) && !tokenOf(schema).includes('"$ref"')
    if (written.some(isSame)) return []
    if (split) {
      // A value fits some branch of each; that it fits only one narrows it further.
      const branches = schemasOf(split, split['anyOf'] === undefined ? 'oneOf' : 'anyOf')
      return branches.flatMap(branch => this.#pair(reader, [...written, branch], path, [...expanded, split]))
    }
    if (reader === false) return [incompatibility(path, written, removedReason)]
    const isReference = typeof reader['$ref'] === 'string' && this.#reader.ignoresBesideRef
    if (isReference) return this.#pair(this.#reader.target(reader), written, path, objectsOf(written))
    return [...this.#combined(reader, written, path), ...this.#parts(reader, written, path)]
  }

  /** Reasons of references and combinators of the reader. */
  #combined(reader: JsonSchemaObject, written: Conjunction, path: string): Incompatibility[] {
    const target = typeof reader['$ref'] === 'string' ? [this.#reader.target(reader)] : []
    return [
      ...[...target, ...schemasOf(reader, 'allOf')].flatMap(part => this.#pair(part, written, path, objectsOf(written))),
      ...(reader['anyOf'] === undefined ? [] : this.#choice(schemasOf(reader, 'anyOf'), written, path)),
      ...(reader['oneOf'] === undefined ? [] : this.#exclusiveChoice(reader, written, path)),
      ...(reader['not'] === undefined ? [] : this.#exclusion(reader['not'] as SchemaNode, written, path)),
    ]
  }

  /** No value may fit the excluded schema: by their types, or since the writer excludes at least as much. */
  #exclusion(excluded: SchemaNode, written: Conjunction, path: string): Incompatibility[] {
    const types = typesOf(flattened([excluded], this.#reader))
    if ([...typesOf(written)].every(type => !overlaps(type, types))) return []
    const isCovered = objectsOf(written).some(schema => {
      const before = schema['not'] as SchemaNode | undefined
      // The sides change: what the reader excludes must be among what the writer excludes.
      return before !== undefined && this.#reversed().#pair(before, [excluded], path).length === 0
    })
    return isCovered ? [] : [incompatibility(path, written, undecidedReason('not', excluded))]
  }

  /** Every value must fit a branch: all values the same, or each type or listed value by itself. */
  #choice(branches: readonly SchemaNode[], written: Conjunction, path: string): readonly Incompatibility[] {
    const fits = (values: Conjunction) => branches.some(branch => this.#pair(branch, values, path, objectsOf(values)).length === 0)
    if (fits(written)) return []
    const listed = listedValues(written)
    if (listed && listed.length > 1) return listed.flatMap(value => this.#choice(branches, [...written, this.#constant(value)], path))
    const types = [...typesOf(written)]
    if (types.length > 1) return types.flatMap(type => this.#choice(branches, [...written, schemaOfType.get(type)!], path))
    const similar = branches.filter(branch => typesOf(flattened([branch], this.#reader)).has(types[0]))
    if (similar.length === 1) return this.#pair(similar[0], written, path, objectsOf(written))
    return [
      incompatibility(path, written, {
        ...removedReason,
        rule: 'branch-removed',
        reader: `one of ${branches.map(schemaText).join(' or ')}`,
      }),
    ]
  }

  /** As `#choice`, where no value may fit two branches: they have different types, or are those of the writer. */
  #exclusiveChoice(reader: JsonSchemaObject, written: Conjunction, path: string): readonly Incompatibility[] {
    const branches = schemasOf(reader, 'oneOf')
    const own = branches.map(tokenOf).join(' ')
    const isSame = objectsOf(written).some(schema => schemasOf(schema, 'oneOf').map(tokenOf).join(' ') === own)
    if (isSame && !own.includes('"$ref"')) return []
    const types = branches.map(branch => typesOf(flattened([branch], this.#reader)))
    const areDisjoint = types.every((set, i) => types.slice(i + 1).every(other => [...set].every(type => !overlaps(type, other))))
    if (areDisjoint || branches.length === 1) return this.#choice(branches, written, path)
    return [incompatibility(path, written, undecidedReason('oneOf', branches))]
  }

  /** Reasons of the reader's own keywords, and of its properties and items. */
  #parts(reader: JsonSchemaObject, written: Conjunction, path: string): Incompatibility[] {
    const types = typesOf(written)
    const reasons = keywordReasons(reader, written).map(reason => incompatibility(path, written, reason))
    if (reasons.some(({ rule }) => rule === 'type-changed')) return reasons
    return [
      ...reasons,
      ...(types.has('object') ? this.#properties(reader, written, path) : []),
      ...(types.has('array') ? this.#items(reader, written, path) : []),
    ]
  }

  #properties(reader: JsonSchemaObject, written: Conjunction, path: string): Incompatibility[] {
    const own = propertiesOf(reader)
    const names = new Set([reader, ...objectsOf(written)].flatMap(schema => Object.keys(propertiesOf(schema))))
    // Each name is matched with each pattern.
    this.#budget.spend(
      names.size * [reader, ...objectsOf(written)].reduce((sum, schema) => sum + Object.keys(patternsOf(schema)).length, 0),
    )
    const additional = (reader['additionalProperties'] as SchemaNode | undefined) ?? true
    const required = requiredNames(written)
    // A name that matches a pattern of the writer, too, is decided with that pattern.
    const isOpen = (pattern: string, name: string): boolean =>
      matchesPattern(pattern, name) === undefined && !objectsOf(written).some(schema => Object.hasOwn(patternsOf(schema), pattern))
    const missing = [...requiredNames([reader])].filter(name => {
      const property = own[name]
      return !required.has(name) && !(isSchemaObject(property) && 'default' in property)
    })
    return [
      ...missing.map(name =>
        incompatibility(`${path}/${name}`, propertySchemas(written, name), requiredReason(name, own[name] ?? additional)),
      ),
      ...[...names]
        .filter(name => Object.keys(patternsOf(reader)).some(pattern => isOpen(pattern, name)))
        .map(name =>
          incompatibility(`${path}/${name}`, propertySchemas(written, name), undecidedReason('patternProperties', patternsOf(reader))),
        ),
      ...[...names].flatMap(name =>
        propertySchemas([reader], name).flatMap(property => this.#pair(property, propertySchemas(written, name), `${path}/${name}`)),
      ),
      ...this.#pair(additional, additionalSchemas(written), `${path}/additionalProperties`),
      ...this.#patterns(reader, additional, written, path),
    ]
  }

  /** Properties that no schema names, and that match a pattern of either side. */
  #patterns(reader: JsonSchemaObject, additional: SchemaNode, written: Conjunction, path: string): readonly Incompatibility[] {
    const own = patternsOf(reader)
    const before = objectsOf(written).map(patternsOf)
    const patterns = new Set([own, ...before].flatMap(schemas => Object.keys(schemas)))
    return [...patterns].flatMap(pattern => {
      const place = `${path}/patternProperties/${pattern}`
      const writers = before.map((schemas, i): SchemaNode => schemas[pattern] ?? additionalSchemas([objectsOf(written)[i]])[0])
      // A name that matches one pattern may match another pattern too, which narrows the writer and not the reader.
      if (own[pattern] !== undefined) return this.#pair(own[pattern], writers, place)
      return Object.keys(own).length === 0
        ? this.#pair(additional, writers, place)
        : [incompatibility(place, writers, undecidedReason('patternProperties', own))]
    })
  }

  #items(reader: JsonSchemaObject, written: Conjunction, path: string): Incompatibility[] {
    const tuple = Math.max(...[reader, ...objectsOf(written)].map(schema => leadingItems(schema).length))
    return Array.from({ length: tuple + 1 }, (_, index) => {
      const [item = true] = itemSchemas([reader], index)
      return this.#pair(item, itemSchemas(written, index), `${path}/${index < tuple ? index : 'items'}`)
    }).flat()
  }

  readonly #constants = new Map<string, JsonSchemaObject>()

  /** A schema of one value; the same object for the same value. */
  #constant(value: unknown): JsonSchemaObject {
    const text = JSON.stringify(value)
    const known = this.#constants.get(text) ?? { const: value, type: typeOfValue(value) }
    this.#constants.set(text, known)
    return known
  }

  #idOf(schema: SchemaNode): number {
    const known = this.#ids.get(schema)
    if (known !== undefined) return known
    this.#ids.set(schema, this.#ids.size)
    return this.#ids.size - 1
  }
}

/** Integers are numbers. */
const overlaps = (type: string, others: ReadonlySet<string>): boolean =>
  others.has(type) || (type === 'integer' && others.has('number')) || (type === 'number' && others.has('integer'))

const removedReason: ReaderReason = {
  rule: 'not-allowed',
  reader: 'nothing',
  problem: 'the reader does not allow what the writer may write here',
  fix: 'leave it in the schema, or allow it with additionalProperties',
}

const requiredReason = (name: string, schema: SchemaNode): ReaderReason => ({
  rule: 'required-added',
  reader: `required ${schemaText(schema)}`,
  problem: `'${name}' is required, and may be missing in what the writer writes`,
  fix: `leave it optional, or give it a default`,
})

const incompatibility = (path: string, written: Conjunction, reason: ReaderReason): Incompatibility => ({
  path: path === '' ? '/' : path,
  writer: written.length === 0 ? 'anything' : [...new Set(written.map(schemaText))].join(' and '),
  ...reason,
})
