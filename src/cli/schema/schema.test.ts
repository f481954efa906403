import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { called, calledJson } from '../../../test/cli/called.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import type { SourceVersions } from '../../operate/index.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../index.ts')).href
const folder = scratchFolder('schema')
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const pipelineOf = (schema: string, more = ''): string =>
  `import { count, entity, features, pipeline, source, t } from '${library}'
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp(), ${schema} }, key: 'card', time: 'at'${more} })
export default pipeline('shop', [features('own', { from: payments, entity: card, values: () => ({ n: count('1h') }) })])
`
const before = write('before.ts', pipelineOf('amount: t.decimal(2), items: t.int()'))
const after = write(
  'after.ts',
  pipelineOf(`value: t.decimal(2), channel: t.enum(['web', 'shop']).default('web')`, `, renamed: { amount: 'value' }`),
)
const data = ['--data', join(folder, 'data')] as const

test('versions are listed, from the first start on', async () => {
  const unused = await called('schema', before, ...data)
  assert.equal(unused.out, 'payments  BACKWARD_TRANSITIVE\n  version 1: card, at, amount, items  written by the next start')
  const events = write('events.ndjson', '{"card":"c","at":1,"amount":1.5,"items":1}\n')
  assert.equal((await called('run', before, '--source', `payments=${events}`, '--once', ...data)).status, 0)
  const { out } = await called('schema', after, 'list', ...data)
  assert.match(out, /\n {2}version 1: card, at, amount, items\n {2}version 2: card, at, value, channel {2}written by the next start$/)
  const [{ versions }] = await calledJson<SourceVersions>('schema', after, ...data)
  assert.deepEqual(
    versions.map(({ version, current, pending }) => [version, current, pending]),
    [
      [1, false, false],
      [2, true, true],
    ],
  )
})

test('a plan names the versions that a start writes, and rejects a breaking schema', async () => {
  const { out, status } = await called('plan', after, ...data)
  assert.equal(status, 0)
  assert.match(out, /\nschemas\n {2}payments: version 1 → 2, BACKWARD_TRANSITIVE compatible\n/)
  const breaking = write('breaking.ts', pipelineOf('value: t.decimal(2)'))
  const refused = await called('plan', breaking, ...data)
  assert.deepEqual([refused.status, /column 'value' is not in the events of the log/.test(refused.err)], [1, true])
})

test('a candidate is checked in each language, with the exit code 3 if it is incompatible', async () => {
  for (const [name, format] of [
    ['own.json', 'json-schema'],
    ['own.avsc', 'avro'],
    ['own.proto', 'protobuf'],
  ]) {
    const shown = await called('schema', after, 'show', 'payments', '--format', format, ...data)
    assert.equal(shown.status, 0)
    const file = write(name, shown.out)
    const { status, out } = await called('schema', after, 'check', 'payments', file, ...data)
    // A closed JSON Schema does not take 'items' of the first version; that is no change of this candidate.
    assert.deepEqual([status, out], [0, "compatible with source 'payments' under BACKWARD_TRANSITIVE; compared with versions 1, 2"])
  }
  const candidate = write('next.avsc', JSON.stringify({ type: 'record', name: 'payments', fields: [{ name: 'card', type: 'int' }] }))
  const { status, out } = await called('schema', after, 'check', 'payments', candidate, '--level', 'backward', ...data)
  assert.equal(status, 3)
  assert.equal(
    out,
    `incompatible with source 'payments' under BACKWARD; compared with version 2\n` +
      `  the new schema cannot read version 2: /card: is int, and was string; add a field with the new type\n1 incompatibility.`,
  )
})

test('mistakes are named', async () => {
  for (const [args, message] of [
    [['check', 'payments'], /name a source and a file/],
    [['check', 'payment', join(folder, 'next.avsc')], /no source 'payment'.*did you mean 'payments'\?/],
    [['check', 'payments', join(folder, 'missing.avsc')], /missing\.avsc cannot be read/],
    [['check', 'payments', join(folder, 'events.ndjson')], /ends in none of \.json, \.avsc and \.proto/],
    [
      ['check', 'payments', join(folder, 'next.avsc'), '--level', 'sideways'],
      /'sideways' is no compatibility level.*there is BACKWARD_TRANSITIVE/,
    ],
    [['check', 'payments', join(folder, 'next.avsc'), '--format', 'thrift'], /--format thrift is none of json-schema, avro, protobuf/],
    [['check', 'payments', write('bad.avsc', '{')], /the schema cannot be read: \/: not JSON/],
    [['show'], /name a source: schema show payments/],
  ] as const) {
    const { status, err } = await called('schema', before, ...args, ...data)
    assert.ok(status > 0)
    assert.match(err, message)
  }
})
