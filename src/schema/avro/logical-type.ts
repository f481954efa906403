/** Logical types of Avro. One that the specification does not know, or that does not fit its type, is ignored, as the specification demands. */
import { show } from '../../base/index.ts'
import { malformedSchema } from '../problems/schema-error.ts'
import type { AvroType } from './avro-schema.ts'

const typesOfLogical: Readonly<Record<string, readonly AvroType['kind'][]>> = {
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  uuid: ['string', 'fixed'],
  duration: ['fixed'],
  decimal: ['bytes', 'fixed'],
}

/** Logical type of a definition, with the precision and scale of a decimal; `undefined` if there is none. */
export function logicalTypeOf(definition: Readonly<Record<string, unknown>>, type: AvroType, path: string): string | undefined {
  const { logicalType, precision, scale = 0 } = definition
  if (typeof logicalType !== 'string' || !Object.hasOwn(typesOfLogical, logicalType)) return undefined
  if (!typesOfLogical[logicalType].includes(type.kind)) return undefined
  if (logicalType !== 'decimal') return logicalType
  const isCount = (value: unknown, least: number): value is number => Number.isSafeInteger(value) && (value as number) >= least
  if (!isCount(precision, 1) || !isCount(scale, 0) || scale > precision)
    malformedSchema(
      path,
      `a decimal needs a precision and at most as many digits after the point, got ${show(precision)} and ${show(scale)}`,
    )
  return `decimal(${precision}, ${scale})`
}
