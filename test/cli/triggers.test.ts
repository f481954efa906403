/** `spillway replay` of models that decide at ticks and on request; and `spillway run` after missed ticks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openInput } from '../../src/files/open-input.ts'
import { Project } from './project.ts'

const pipelineFile = `import { count, entity, every, features, linear, model, pipeline, request, source, stream, t } from 'spillway'

const card = entity('card', t.int())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const tick = model('tick', { decide: every('10m', card, { live: '15m' }), inputs: p => ({ n: now.of(p.card).n }), score })
const ask = model('ask', { decide: request({ card }), inputs: p => ({ n: now.of(p.card).n }), score })
export default pipeline('cards', [tick, ask])
`
const payment = (card: number, at: string) => JSON.stringify({ card, at: `2026-01-01T${at}Z` })
const events = [payment(10, '08:01'), payment(9, '08:02'), payment(9, '08:16'), payment(10, '09:01')].join('\n')
const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`)
const args = ['replay', 'pipeline.ts', '--source', 'payments=events.ndjson', '--model', 'tick']

test('decisions at ticks, in the order of time and key', async () => {
  using folder = new Project({ 'pipeline.ts': pipelineFile, 'events.ndjson': events })
  const { status, stdout, stderr } = await folder.spillway(...args, '--out', 'out.ndjson')
  assert.equal(status, 0, stderr)
  assert.match(stdout, /tick {2}2026-01-01T08:30:00\.000Z {2}9 {2}score 2/)
  const decisions = folder.lines('out.ndjson') as { t: number; key: number; score: number; position?: object }[]
  assert.deepEqual(
    decisions.map(({ t, key, score, position }) => [t, key, score, position]),
    [
      [at('08:10'), 9, 1, undefined],
      [at('08:10'), 10, 1, undefined],
      [at('08:20'), 9, 2, undefined],
      [at('08:30'), 9, 2, undefined],
    ],
  )
})

test('as Parquet they have no place in a source', async () => {
  using folder = new Project({ 'pipeline.ts': pipelineFile, 'events.ndjson': events })
  const { status, stderr } = await folder.spillway(...args, '--out', 'out.parquet', '--json')
  assert.equal(status, 0, stderr)
  const rows: Record<string, unknown>[] = []
  for await (const batch of (await openInput(folder.path('out.parquet'))).batches()) rows.push(...(batch.records as typeof rows))
  assert.deepEqual(Object.keys(rows[0]), [
    'model',
    't',
    'key',
    'vector.n',
    'score',
    'rejected',
    'read.now(card).visibleEvents',
    'read.now(card).asOf',
  ])
  assert.equal(rows.length, 4)
})

test('a model that decides on request is rejected', async () => {
  using folder = new Project({ 'pipeline.ts': pipelineFile, 'events.ndjson': events })
  const { status, stderr } = await folder.spillway(...args.slice(0, 4))
  assert.equal(status, 1)
  assert.match(stderr, /SPILL_UNSUPPORTED.*model 'ask' decides on request, and a history of events has no requests/s)
})

test('a run says from when on ticks passed while nothing ran, and makes them', async () => {
  using folder = new Project({ 'pipeline.ts': pipelineFile.replace('[tick, ask]', '[tick]'), 'events.ndjson': events })
  const files = ['pipeline.ts', '--source', 'payments=events.ndjson']
  assert.equal((await folder.spillway('replay', ...files, '--log', 'data')).status, 0)
  const run = () => folder.spillway('run', 'pipeline.ts', '--source', 'payments=none.ndjson', '--once', '--data', 'data')
  folder.write('none.ndjson', '')
  const late = await run()
  assert.equal(late.status, 0, late.stderr)
  assert.match(late.stderr, /^ {2}ticks from 2026-01-01T09:10:00\.000Z on passed while nothing ran: they are made first/m)
  assert.match(late.stderr, / 1 decision since the start$/m)
})
