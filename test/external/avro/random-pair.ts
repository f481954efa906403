/** Random pairs of Avro schemas: a writer's schema, and a reader's that is the writer's after random changes, or now and then a stranger. */
import { random, type Random } from '../../../src/base/random.ts'

/** A schema as JSON. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** A pair of schemas, and whether the peer's own reader can resolve all that they use: it knows neither aliases nor defaults of enums. */
export interface AvroPair {
  readonly writer: Json
  readonly reader: Json
  readonly isPlain: boolean
}

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
const DEPTH = 3

export function randomAvroPair(seed: number): AvroPair {
  const draw = new Draw(random(seed))
  const writer = draw.record(0)
  const reader = draw.chance(0.1) ? new Draw(random(seed + 1e6)).record(0) : draw.changed(structuredClone(writer))
  const text = JSON.stringify(reader)
  return { writer, reader, isPlain: !text.includes('"aliases"') && !/"symbols":[^\]]*\],"default"/.test(text) && !text.includes('decimal') }
}

class Draw {
  readonly #random: Random
  readonly #names: string[] = []

  constructor(of: Random) {
    this.#random = of
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  record(depth: number): { [name: string]: Json } {
    const name = this.#name('R')
    this.#names.push(name)
    const fields = Array.from({ length: 1 + this.#below(4) }, (_, i) => this.#field(`f${i}`, depth))
    this.#names.pop()
    return { type: 'record', name, fields }
  }

  /** Changes some parts of a schema, at any depth. */
  changed(schema: Json): Json {
    if (typeof schema === 'string') return primitives.includes(schema as 'int') && this.chance(0.2) ? this.#promoted(schema) : schema
    if (Array.isArray(schema)) return this.#changedUnion(schema)
    if (schema === null || typeof schema !== 'object') return schema
    const type = schema
    if (type['logicalType'] !== undefined) return this.chance(0.2) ? { ...type, scale: this.#below(3) } : type
    switch (type['type']) {
      case 'record':
        return this.#changedRecord(type)
      case 'enum':
        return this.#changedEnum(type)
      case 'fixed':
        return this.#renamed(this.chance(0.15) ? { ...type, size: 1 + this.#below(4) } : type)
      case 'array':
        return { type: 'array', items: this.changed(type['items']) }
      default:
        return { type: 'map', values: this.changed(type['values']) }
    }
  }

  #changedRecord(type: { [name: string]: Json }): Json {
    const fields = (type['fields'] as { [name: string]: Json }[]).flatMap((field): Json[] => {
      if (this.chance(0.06)) return []
      const changed: { [name: string]: Json } = { ...field, type: this.changed(field['type']) }
      // A default is of the type that it was written for.
      if (changed['type'] !== field['type']) delete changed['default']
      if (!this.chance(0.1)) return [changed]
      const name = `${field['name'] as string}x`
      return [this.chance(0.7) ? { ...changed, name, aliases: [field['name']] } : { ...changed, name }]
    })
    if (this.chance(0.2)) fields.push(this.#field(`added${this.#below(100)}`, DEPTH))
    if (fields.length === 0) fields.push({ name: 'only', type: 'int', default: 0 })
    return this.#renamed({ ...type, fields: this.chance(0.2) ? fields.reverse() : fields })
  }

  #changedEnum(type: { [name: string]: Json }): Json {
    const symbols = [...(type['symbols'] as string[])]
    if (symbols.length > 1 && this.chance(0.15)) symbols.pop()
    if (this.chance(0.15)) symbols.push('ADDED')
    return this.#renamed({ ...type, symbols, ...(this.chance(0.15) && { default: symbols[0] }) })
  }

  #changedUnion(branches: Json[]): Json {
    const changed = branches.map(branch => (typeof branch === 'string' ? branch : this.changed(branch)))
    if (changed.length > 1 && this.chance(0.15)) changed.pop()
    if (this.chance(0.15) && !changed.includes('double')) changed.push('double')
    return changed.length === 1 && this.chance(0.3) ? changed[0] : changed
  }

  /** A name that the peer resolves by alias or not at all. Recursive types keep their name, which their parts mention. */
  #renamed(type: { [name: string]: Json }): Json {
    const name = type['name'] as string
    if (!this.chance(0.06) || JSON.stringify(type).split(`"${name}"`).length > 2) return type
    return { ...type, name: `${name}x`, ...(this.chance(0.6) && { aliases: [name] }) }
  }

  #promoted(from: string): Json {
    const wider: Record<string, Json> = { int: 'long', long: 'double', float: 'double', string: 'bytes', bytes: 'string' }
    if (this.chance(0.6) && from in wider) return wider[from]
    return this.chance(0.5) && from !== 'null' ? ['null', from] : this.#pick(primitives)
  }

  #field(name: string, depth: number): { [name: string]: Json } {
    const type = this.#type(depth + 1)
    const value = defaultOf(type)
    return { name, type, ...(value !== undefined && this.chance(0.4) && { default: value }) }
  }

  #type(depth: number): Json {
    const shape = this.#below(depth >= DEPTH ? 9 : 14)
    if (shape < 7) return this.#pick(primitives)
    if (shape === 7) return { type: 'enum', name: this.#name('E'), symbols: ['A', 'B', 'C', 'D'].slice(0, 1 + this.#below(4)) }
    if (shape === 8)
      return this.chance(0.3)
        ? { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }
        : { type: 'fixed', name: this.#name('F'), size: 1 + this.#below(4) }
    if (shape === 9) return { type: 'array', items: this.#type(depth + 1) }
    if (shape === 10) return { type: 'map', values: this.#type(depth + 1) }
    if (shape === 11) return this.record(depth)
    if (shape === 12 && this.#names.length > 0) return ['null', this.#pick(this.#names)]
    return this.#union(depth)
  }

  #union(depth: number): Json {
    const branches: Json[] = ['null', ...['int', 'string', 'boolean', 'long'].filter(() => this.chance(0.4))]
    if (this.chance(0.3)) branches.push(this.record(depth))
    return branches
  }

  #count = 0
  #name = (prefix: string): string => `${prefix}${this.#count++}`
  #below = (count: number): number => Math.floor(this.#random() * count)
  #pick = <T>(items: readonly T[]): T => items[this.#below(items.length)]
}

/** A default of the type; `undefined` for a type that gets none here. */
function defaultOf(type: Json): Json | undefined {
  if (Array.isArray(type)) return type[0] === 'null' ? null : undefined
  if (typeof type !== 'string') return undefined
  const values: Record<string, Json> = { null: null, boolean: false, int: 1, long: 2, float: 1.5, double: 2.5, bytes: 'b', string: 's' }
  return values[type]
}
