/**
 * A builder of JSON schemas (draft 2020-12) from which TypeScript reads the type: `TypeOf<typeof schema>`. A schema is a plain object, and
 * its objects have no other properties than those it names.
 *
 * @example
 * const point = closedObject({ x: numberType, label: optional(stringType) })
 * type Point = TypeOf<typeof point> // { readonly x: number; readonly label?: string }
 */
import { limits } from '../../base/index.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

declare const valueType: unique symbol

/** Schema of the values of type T, which is neither wider nor narrower. Only the compiler knows T. */
export interface SchemaOf<T> extends JsonSchema {
  readonly [valueType]?: (value: T) => T
}

/** The type of a schema's values. */
export type TypeOf<S> = S extends SchemaOf<infer T> ? T : never

interface OptionalSchema<S extends JsonSchema> {
  readonly optional: S
}

type Flat<T> = { readonly [K in keyof T]: T[K] }

type ObjectOf<P> = Flat<
  { readonly [K in keyof P as P[K] extends { readonly optional: unknown } ? never : K]: TypeOf<P[K]> } & {
    readonly [K in keyof P as P[K] extends { readonly optional: unknown } ? K : never]?: P[K] extends { readonly optional: infer S }
      ? TypeOf<S>
      : never
  }
>

/** Schema of an object with these properties and no others. */
export function closedObject<P extends Readonly<Record<string, JsonSchema | OptionalSchema<JsonSchema>>>>(
  properties: P,
): SchemaOf<ObjectOf<P>> {
  const entries = Object.entries(properties)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, isOptional(schema) ? schema.optional : schema])),
    required: entries.filter(([, schema]) => !isOptional(schema)).map(([name]) => name),
    additionalProperties: false,
  }
}

const isOptional = (schema: JsonSchema | OptionalSchema<JsonSchema>): schema is OptionalSchema<JsonSchema> => 'optional' in schema

/** An optional property. */
export const optional = <S extends JsonSchema>(schema: S): OptionalSchema<S> => ({ optional: schema })
export const anyOf = <S extends readonly JsonSchema[]>(...schemas: S): SchemaOf<TypeOf<S[number]>> => ({ anyOf: schemas })
export const enumOf = <const V extends readonly string[]>(...values: V): SchemaOf<V[number]> => ({ enum: values })
export const constant = <const V extends string>(value: V): SchemaOf<V> => ({ const: value })
export const listOf = <S extends JsonSchema>(items: S): SchemaOf<readonly TypeOf<S>[]> => ({ type: 'array', items })
export const tupleOf = <S extends readonly JsonSchema[]>(...items: S): SchemaOf<{ readonly [K in keyof S]: TypeOf<S[K]> }> => ({
  type: 'array',
  prefixItems: items,
  items: false,
  minItems: items.length,
})
export const described = <T>(description: string, schema: SchemaOf<T>): SchemaOf<T> => ({ description, ...schema })

export const stringType: SchemaOf<string> = { type: 'string' }
export const numberType: SchemaOf<number> = { type: 'number' }
export const booleanType: SchemaOf<boolean> = { type: 'boolean' }
export const nullType: SchemaOf<null> = { type: 'null' }
/** A count. */
export const countType: SchemaOf<number> = { type: 'integer', minimum: 0 }
/** A fraction of a whole. */
export const shareType: SchemaOf<number> = { type: 'number', minimum: 0, maximum: 1 }
/** UTC ms. */
export const timeType: SchemaOf<number> = {
  type: 'number',
  description: 'UTC milliseconds',
  minimum: -limits.TIME_MS_MAX,
  maximum: limits.TIME_MS_MAX,
}
/** A duration. */
export const durationType: SchemaOf<number> = { type: 'number', description: 'milliseconds' }

const reason = closedObject({ why: described('why it is not known', stringType) })

/** A value, or the reason why it is not known. */
export const orReason = <S extends JsonSchema>(schema: S): SchemaOf<TypeOf<S> | TypeOf<typeof reason>> => ({ anyOf: [schema, reason] })
