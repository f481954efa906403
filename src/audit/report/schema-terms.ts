/**
 * Terms for a JSON schema whose objects have exactly the properties of a TypeScript type. A missing property, or one that is optional only
 * on one side, does not compile.
 */

import { limits } from '../../base/limits.ts'

export type Schema = Readonly<Record<string, unknown>>

/** Schema of an optional property. */
export interface Maybe {
  readonly maybe: Schema
}

type Properties<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? Maybe : Schema }

/** Schema of an object with these properties and no others. */
export function object<T extends object>(properties: Properties<T>): Schema {
  const entries = Object.entries<Schema | Maybe>(properties as Readonly<Record<string, Schema | Maybe>>)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, isMaybe(schema) ? schema.maybe : schema])),
    required: entries.filter(([, schema]) => !isMaybe(schema)).map(([name]) => name),
    additionalProperties: false,
  }
}

const isMaybe = (schema: Schema | Maybe): schema is Maybe => 'maybe' in schema

export const maybe = (schema: Schema): Maybe => ({ maybe: schema })
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas })
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values })
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const tuple = (...items: readonly Schema[]): Schema => ({ type: 'array', prefixItems: items, items: false, minItems: items.length })
export const described = (description: string, schema: Schema): Schema => ({ description, ...schema })

export const text: Schema = { type: 'string' }
export const number: Schema = { type: 'number' }
/** A count. */
export const whole: Schema = { type: 'integer', minimum: 0 }
/** A fraction of a whole. */
export const part: Schema = { type: 'number', minimum: 0, maximum: 1 }
/** UTC ms. */
export const time: Schema = { type: 'number', description: 'UTC milliseconds', minimum: -limits.TIME_MS_MAX, maximum: limits.TIME_MS_MAX }
export const span: Schema = { type: 'number', description: 'milliseconds' }

const why: Schema = object<{ readonly why: string }>({ why: described('why it is not known', text) })

/** A value, or the reason why it is not known. */
export const or = (schema: Schema): Schema => either(schema, why)
