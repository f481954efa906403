/** Words that answers are described with, as JSON Schema. */
import type { Schema } from './json-schema.ts'

export const count = { type: 'integer', minimum: 0 } as const
export const text = { type: 'string' } as const
export const values = { type: 'object', additionalProperties: true } as const
export const moment = { type: 'integer', description: 'UTC milliseconds' } as const
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
export const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
})
