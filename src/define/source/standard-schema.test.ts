import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type } from 'arktype'
import { z } from 'zod'
import { rejects } from '../../../test/rejects.ts'
import { entity } from './entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { features } from '../feature/features.ts'
import { stream } from '../feature/placement.ts'
import { source } from './source.ts'
import { t } from './t.ts'

const card = entity('card', t.string())

const byName = (columns: readonly { readonly name: string }[]) => Object.fromEntries(columns.map(({ name, ...column }) => [name, column]))

test('zod 4 gives columns: types, integers, bounds, enums, optional and nullable', () => {
  const schema = z.object({
    card: z.string(),
    at: z.iso.datetime(),
    qty: z.int().min(0).max(10),
    any: z.int(),
    score: z.number().min(-1.5),
    ok: z.boolean(),
    kind: z.enum(['chip', 'web']),
    state: z.union([z.literal('on'), z.literal('off')]).nullable(),
    only: z.literal('x'),
    note: z.string().nullable(),
    extra: z.number().optional(),
    both: z.string().nullish(),
  })
  const { ir } = source('payments', { schema, columns: { card }, key: 'card', time: 'at' })
  assert.deepEqual(byName(ir.columns), {
    card: { type: 'string', entity: 'card', nullable: false },
    at: { type: 'timestamp', nullable: false },
    qty: { type: 'int', min: 0, max: 10, nullable: false },
    any: { type: 'int', nullable: false },
    score: { type: 'double', min: -1.5, nullable: false },
    ok: { type: 'bool', nullable: false },
    kind: { type: 'string', values: ['chip', 'web'], nullable: false },
    state: { type: 'string', values: ['on', 'off'], nullable: true },
    only: { type: 'string', values: ['x'], nullable: false },
    note: { type: 'string', nullable: true },
    extra: { type: 'double', nullable: true },
    both: { type: 'string', nullable: true },
  })
})

test('arktype gives the same', () => {
  const schema = type({
    card: 'string',
    at: 'string.date.iso',
    qty: '0 <= number.integer <= 10',
    kind: "'chip' | 'web'",
    state: "'on' | 'off' | null",
    note: 'string | null',
    ok: 'boolean',
    'extra?': 'number',
  })
  const { ir } = source('payments', { schema, columns: { card }, key: 'card', time: 'at' })
  assert.deepEqual(byName(ir.columns), {
    card: { type: 'string', entity: 'card', nullable: false },
    at: { type: 'timestamp', nullable: false },
    qty: { type: 'int', min: 0, max: 10, nullable: false },
    kind: { type: 'string', values: ['chip', 'web'], nullable: false },
    state: { type: 'string', values: ['off', 'on'], nullable: true },
    note: { type: 'string', nullable: true },
    ok: { type: 'bool', nullable: false },
    extra: { type: 'double', nullable: true },
  })
})

test('columns states what JSON Schema cannot say', () => {
  const schema = z.object({ card: z.string(), amount: z.number(), at: z.number(), seen: z.iso.datetime().optional(), mail: z.email() })
  const { ir } = source('payments', {
    schema,
    columns: { card, amount: t.decimal(2), seen: t.timestamp().nullable(), mail: t.string() },
    key: 'card',
    time: 'at',
  })
  assert.deepEqual(byName(ir.columns), {
    card: { type: 'string', entity: 'card', nullable: false },
    amount: { type: 'decimal', scale: 2, nullable: false },
    at: { type: 'timestamp', nullable: false },
    seen: { type: 'timestamp', nullable: true },
    mail: { type: 'string', nullable: false },
  })
})

test('features work over a foreign schema', () => {
  const payments = source('payments', {
    schema: z.object({ card: z.string(), amount: z.number(), at: z.iso.datetime() }),
    columns: { card },
    key: 'card',
    time: 'at',
  })
  const group = features('g', {
    from: payments,
    entity: card,
    place: stream,
    values: p => ({ n: count('1h', p.amount.gt(5)), mean: p.amount.mean('1h') }),
  })
  assert.deepEqual(group.ir.key, ['card'])
})

test('a check that a column cannot do is rejected, by name', () => {
  const of = (field: z.ZodType) => () =>
    source('s', { schema: z.object({ k: z.string(), at: z.iso.datetime(), field }) as never, key: 'k', time: 'at' as never })
  const unsupported = (field: z.ZodType, message: RegExp) => rejects(of(field), message, 'SPILL_UNSUPPORTED')
  unsupported(
    z.email(),
    /source 's': 'field' has 'format', 'pattern' in its JSON Schema, which a column does not check; state it in columns/,
  )
  unsupported(z.string().min(3), /'field' has 'minLength'/)
  unsupported(z.number().gt(0), /'field' has 'exclusiveMinimum'/)
  unsupported(z.number().default(3), /'field' has 'default'/)
  unsupported(z.object({ a: z.string() }), /'field' has 'type', 'properties'/)
  unsupported(z.array(z.string()), /'field' has 'type', 'items'/)
  unsupported(z.union([z.string(), z.number()]), /'field' has/)
  rejects(of(z.iso.datetime()), "source 's': 'field' is a date-time; state it in columns, as t.timestamp() or t.string()")
  rejects(of(z.bigint()), /zod cannot write this schema as JSON Schema: BigInt/)
})

test('a schema that is no record of fields is rejected', () => {
  const wrong = (schema: unknown, columns?: object) => () => source('s', { schema, columns, key: 'k', time: 'at' } as never)
  const fields = z.object({ k: z.string(), at: z.iso.datetime() })
  rejects(wrong(z.string()), "source 's': the schema must be an object of fields, got 'string'")
  rejects(wrong({ '~standard': { version: 1, vendor: 'old' } }), /this old schema gives no JSON Schema/, 'SPILL_UNSUPPORTED')
  rejects(wrong(fields, { kk: card }), "source 's': columns has 'kk', the schema has not; did you mean 'k'?")
  rejects(wrong(fields, { k: 'card' }), /columns: 'k' is 'card'; write t.string\(\)/)
  rejects(wrong(fields, { at: t.string() }), /time 'at' is a string, not a timestamp/)
})
