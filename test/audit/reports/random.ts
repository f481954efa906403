/** Random values of a JSON schema: random reports contain everything that the schema of reports allows. */
import * as fc from 'fast-check'
import type { AuditReport } from '../../../src/audit/domain/audit-report.ts'
import { auditReportSchema } from '../../../src/audit/domain/audit-report.ts'

interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
  readonly const?: string
  readonly type?: string | readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema | false
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const root = auditReportSchema as Schema
const LARGEST = 1e15

/** Texts that are hard for a page or a terminal. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    `"'><img src=x onerror=alert(1)>`,
    '&amp;',
    ' \u001b[31mred',
    ' a b  c ',
    'x'.repeat(200),
    '\n\n',
    '</style>',
  ),
)

export const randomReport = drawn(root) as fc.Arbitrary<AuditReport>

function drawn(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return drawn(root.$defs![schema.$ref.split('/').at(-1)!])
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(drawn))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map(type => drawn({ ...schema, type: type as string })))
  switch (schema.type) {
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return texts
    case 'integer':
      return fc.oneof(fc.constant(schema.minimum ?? 0), fc.integer({ min: schema.minimum ?? -1e6, max: 2 ** 31 - 1 }))
    case 'number':
      return numbers(schema)
    case 'array':
      return schema.prefixItems ? fc.tuple(...schema.prefixItems.map(drawn)) : fc.array(drawn(schema.items as Schema), { maxLength: 4 })
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(schema.properties!).map(([name, property]) => [name, drawn(property)])), {
        requiredKeys: [...schema.required!],
      })
    default:
      throw new Error(`no values of ${JSON.stringify(schema)}`)
  }
}

function numbers({ minimum = -LARGEST, maximum = LARGEST }: Schema): fc.Arbitrary<number> {
  const [low, high] = [Math.max(minimum, -1e4), Math.min(maximum, 1e4)]
  return fc.oneof(
    fc.double({ min: minimum, max: maximum, noNaN: true }),
    fc.double({ min: low, max: high, noNaN: true }),
    fc.integer({ min: Math.ceil(low), max: Math.floor(high) }),
  )
}
