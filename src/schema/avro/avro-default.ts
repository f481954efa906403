/** Defaults of Avro fields: JSON values that stand for a value of the type. */
import type { AvroType } from './avro-schema.ts'

/** Does the JSON value stand for a value of the type? A union takes a default of any of its branches, as since 1.12. */
export function isAvroDefault(type: AvroType, value: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return isWhole(value, -(2 ** 31), 2 ** 31 - 1)
    case 'long':
      return isWhole(value, -(2 ** 63), 2 ** 63)
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'bytes':
      return isBytes(value)
    case 'fixed':
      return isBytes(value) && value.length === type.size
    case 'string':
      return typeof value === 'string'
    case 'enum':
      return typeof value === 'string' && type.symbolSet.has(value)
    case 'array':
      return Array.isArray(value) && value.every(item => isAvroDefault(type.items, item))
    case 'map':
      return isObject(value) && Object.values(value).every(item => isAvroDefault(type.values, item))
    case 'union':
      return type.branches.some(branch => isAvroDefault(branch, value))
    default:
      return (
        isObject(value) &&
        type.fields.every(field => (Object.hasOwn(value, field.name) ? isAvroDefault(field.type, value[field.name]) : field.hasDefault))
      )
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Each code point up to 255 stands for a byte. */
const isBytes = (value: unknown): value is string => typeof value === 'string' && Buffer.from(value, 'latin1').toString('latin1') === value

const isWhole = (value: unknown, least: number, greatest: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest
