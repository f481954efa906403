import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnIR, CompatibilityLevel } from '../define/ir/index.ts'
import { columnIncompatibilities } from './columns.ts'
import { incompatibilityText, levelIncompatibilities } from './levels.ts'
import { checkCandidate, sourceSchemaText } from './source-check.ts'

const column = (name: string, more: Partial<ColumnIR> = {}): ColumnIR => ({ name, type: 'int', nullable: false, ...more })
const versions = (...schemas: readonly (readonly ColumnIR[])[]) => schemas.map((schema, i) => ({ version: i + 1, schema }))
const check = (level: CompatibilityLevel, candidate: readonly ColumnIR[], ...earlier: readonly (readonly ColumnIR[])[]) =>
  levelIncompatibilities(level, candidate, versions(...earlier), columnIncompatibilities).map(
    ({ version, direction, path, rule }) => `${version} ${direction} ${path} ${rule}`,
  )

const [a, b] = [column('a'), column('b')]

test('each level looks in its directions, at the latest version or at all', () => {
  // Version 1 has no b, version 2 has both; the candidate adds c with a default and drops a.
  const [first, second, candidate] = [[a], [a, { ...b, default: 0 }], [b, column('c', { default: 1 })]]
  const all = { backward: '1 backward /b added-without-default', first: '1 forward /a added-without-default' }
  assert.deepEqual(check('BACKWARD', candidate, first, second), [])
  assert.deepEqual(check('BACKWARD_TRANSITIVE', candidate, first, second), [all.backward])
  assert.deepEqual(check('FORWARD', candidate, first, second), ['2 forward /a added-without-default'])
  assert.deepEqual(check('FORWARD_TRANSITIVE', candidate, first, second), [all.first, '2 forward /a added-without-default'])
  assert.deepEqual(check('FULL', candidate, first, second), ['2 forward /a added-without-default'])
  assert.deepEqual(check('FULL_TRANSITIVE', candidate, first, second), [all.backward, all.first, '2 forward /a added-without-default'])
  assert.deepEqual(check('NONE', candidate, first, second), [])
  assert.deepEqual(check('FULL_TRANSITIVE', [a]), [])
})

test('a candidate answers only for what it breaks itself', () => {
  const narrow = [column('a', { max: 5 })]
  assert.deepEqual(check('BACKWARD_TRANSITIVE', narrow, [a]), ['1 backward /a range-narrowed'])
  assert.deepEqual(check('BACKWARD_TRANSITIVE', [...narrow, column('c', { nullable: true })], [a], narrow), [])
  // One that breaks the latest version is reported again.
  assert.deepEqual(check('BACKWARD_TRANSITIVE', [column('a', { max: 4 })], [a], narrow), ['2 backward /a range-narrowed'])
})

test('columns: types, NULL, defaults, names, ranges, values and lengths', () => {
  for (const [reader, writer, rule] of [
    [column('a', { type: 'double' }), a, undefined],
    [a, column('a', { type: 'double' }), 'type-changed'],
    [column('a', { type: 'decimal', scale: 3 }), column('a', { type: 'decimal', scale: 2 }), 'type-changed'],
    [a, column('a', { nullable: true }), 'null-not-allowed'],
    [column('a', { nullable: true }), a, undefined],
    [column('z', { aliases: ['y', 'a'] }), a, undefined],
    [column('z', { aliases: ['y', 'a'], type: 'string' }), a, 'type-changed'],
    [column('a', { min: 1 }), a, 'range-narrowed'],
    [column('a', { type: 'string', values: ['x'] }), column('a', { type: 'string', values: ['x', 'y'] }), 'values-removed'],
    [column('a', { type: 'string', values: ['x'] }), column('a', { type: 'string' }), 'values-removed'],
    [column('a', { type: 'string' }), column('a', { type: 'string', values: ['x'] }), undefined],
    [column('a', { type: 'string', maxBytes: 9 }), column('a', { type: 'string', maxBytes: 10 }), 'text-shortened'],
  ] as const)
    assert.deepEqual(
      columnIncompatibilities([reader], [writer]).map(found => found.rule),
      rule === undefined ? [] : [rule],
      JSON.stringify([reader, writer]),
    )
  assert.equal(columnIncompatibilities([column('z', { aliases: ['a'] })], [column('z'), a])[0].rule, 'renamed-from-several')
})

test('a sentence names the version, the place, the problem and the way out', () => {
  const [found] = levelIncompatibilities('BACKWARD', [a, b], versions([a]), columnIncompatibilities)
  assert.equal(
    incompatibilityText(found),
    `the new schema cannot read version 1: /b: column 'b' is missing, and it is neither nullable nor has a default; ` +
      `make it nullable, give it a default (.default(…)), or name what it was before: renamed: { earlier: 'b' }`,
  )
})

test('a candidate is compared with every version by the current names of its columns', () => {
  const [text, amount, value] = [
    column('note', { type: 'string', nullable: true }),
    column('amount'),
    column('value', { aliases: ['amount'] }),
  ]
  const history = versions([a, amount], [a, value], [a, value, text])
  for (const format of ['json-schema', 'avro', 'protobuf'] as const) {
    const own = sourceSchemaText('payments', history, format)
    const { compatible, versions: covered } = checkCandidate('payments', history, { format, text: own, level: 'BACKWARD_TRANSITIVE' })
    assert.deepEqual([format, compatible, covered], [format, true, [1, 2, 3]])
  }
  // A renamed column keeps its number, and a removed one is not used again.
  const text2 = sourceSchemaText('payments', [...history, { version: 4, schema: [value, column('last')] }], 'protobuf')
  assert.match(text2, /int64 value = 2;\n {2}int64 last = 4;/)
})

test('columns become a schema of each language, with the types of their values', () => {
  const columns: ColumnIR[] = [
    column('id', { type: 'string' }),
    column('amount', { type: 'decimal', scale: 2, default: -150 }),
    column('kind', { type: 'string', values: ['web', 'shop'], nullable: true }),
    column('at', { type: 'timestamp' }),
    column('share', { type: 'double', min: 0, max: 1 }),
  ]
  const json = JSON.parse(sourceSchemaText('payments', versions(columns), 'json-schema')) as object
  assert.deepEqual(json, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'payments',
    type: 'object',
    properties: {
      id: { type: 'string' },
      amount: { type: ['number', 'string'], default: -1.5 },
      kind: { enum: ['web', 'shop', null] },
      at: { type: ['integer', 'string'] },
      share: { type: 'number', minimum: 0, maximum: 1 },
    },
    required: ['id', 'at', 'share'],
    additionalProperties: false,
  })
  const avro = JSON.parse(sourceSchemaText('payments', versions(columns), 'avro')) as { fields: object[] }
  assert.deepEqual(avro.fields[1], {
    name: 'amount',
    type: { type: 'bytes', logicalType: 'decimal', precision: 16, scale: 2 },
    default: '\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffj',
  })
  assert.deepEqual(avro.fields[2], {
    name: 'kind',
    type: ['null', { type: 'enum', name: 'payments_kind', symbols: ['web', 'shop'] }],
    default: null,
  })
  assert.match(
    sourceSchemaText('payments', versions(columns), 'protobuf'),
    /string amount = 2;\n {2}optional string kind = 3;\n {2}int64 at = 4;/,
  )
})

test('a definition in JSON Schema keeps the ranges of numbers, decimals and times', () => {
  const bounds = {
    amount: { type: 'decimal', scale: 2, min: 0, max: 150 },
    at: { type: 'timestamp', min: 1000 },
    n: { type: 'int', max: 5 },
  } as const
  const history = versions(Object.entries(bounds).map(([name, more]) => column(name, more)))
  const text = sourceSchemaText('payments', history, 'json-schema')
  const { properties, ...rest } = JSON.parse(text) as { properties: Record<string, object> }
  assert.deepEqual(properties['amount'], { type: ['number', 'string'], minimum: 0, maximum: 1.5 })
  assert.equal(checkCandidate('payments', history, { format: 'json-schema', text, level: 'FULL' }).compatible, true)
  for (const name of Object.keys(bounds)) {
    const { type } = properties[name] as { type: unknown }
    const wider = JSON.stringify({ ...rest, properties: { ...properties, [name]: { type } } })
    const { incompatibilities } = checkCandidate('payments', history, { format: 'json-schema', text: wider, level: 'FORWARD' })
    const rules = new Set(incompatibilities.map(({ path, rule }) => `${path} ${rule}`))
    assert.deepEqual([...rules], [`/${name} range-narrowed`])
  }
})

test('one budget holds for all versions and directions of a check', () => {
  const wide = Array.from({ length: 30 }, (_, i) => column(`c${i}`))
  const many = versions(...Array.from({ length: 200 }, (_, i) => [...wide, column('last', { max: i })]))
  const candidate = { format: 'json-schema', text: sourceSchemaText('payments', many, 'json-schema') } as const
  assert.equal(checkCandidate('payments', many, { ...candidate, level: 'FULL' }).compatible, true)
  assert.throws(() => checkCandidate('payments', many, { ...candidate, level: 'FULL_TRANSITIVE' }), {
    code: 'SPILL_LIMIT',
    message: /SCHEMA_PAIRS_MAX/,
  })
})
