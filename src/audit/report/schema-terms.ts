/**
 * Terms for a JSON schema whose objects have exactly the properties of a TypeScript type. A missing property, or one that is optional only
 * on one side, does not compile.
 */

import { limits } from '../../base/limits.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Schema of an optional property. */
export interface OptionalSchema {
  readonly maybe: JsonSchema
}

type Properties<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? OptionalSchema : JsonSchema }

/** Schema of an object with these properties and no others. */
export function closedObject<T extends object>(properties: Properties<T>): JsonSchema {
  const entries = Object.entries<JsonSchema | OptionalSchema>(properties as Readonly<Record<string, JsonSchema | OptionalSchema>>)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, isMaybe(schema) ? schema.maybe : schema])),
    required: entries.filter(([, schema]) => !isMaybe(schema)).map(([name]) => name),
    additionalProperties: false,
  }
}

const isMaybe = (schema: JsonSchema | OptionalSchema): schema is OptionalSchema => 'maybe' in schema

export const optional = (schema: JsonSchema): OptionalSchema => ({ maybe: schema })
export const anyOf = (...schemas: readonly JsonSchema[]): JsonSchema => ({ anyOf: schemas })
export const enumOf = (...values: readonly string[]): JsonSchema => ({ enum: values })
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items })
export const tupleOf = (...items: readonly JsonSchema[]): JsonSchema => ({
  type: 'array',
  prefixItems: items,
  items: false,
  minItems: items.length,
})
export const described = (description: string, schema: JsonSchema): JsonSchema => ({ description, ...schema })

export const textType: JsonSchema = { type: 'string' }
export const numberType: JsonSchema = { type: 'number' }
/** A count. */
export const countType: JsonSchema = { type: 'integer', minimum: 0 }
/** A fraction of a whole. */
export const shareType: JsonSchema = { type: 'number', minimum: 0, maximum: 1 }
/** UTC ms. */
export const timeType: JsonSchema = {
  type: 'number',
  description: 'UTC milliseconds',
  minimum: -limits.TIME_MS_MAX,
  maximum: limits.TIME_MS_MAX,
}
export const spanType: JsonSchema = { type: 'number', description: 'milliseconds' }

const why: JsonSchema = closedObject<{ readonly why: string }>({ why: described('why it is not known', textType) })

/** A value, or the reason why it is not known. */
export const orReason = (schema: JsonSchema): JsonSchema => anyOf(schema, why)
