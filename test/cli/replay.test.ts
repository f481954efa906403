/** `spillway replay`: its files and its output. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openInput } from '../../src/files/open-input.ts'
import { events, pipelineFile } from './payments.ts'
import { Project } from './project.ts'

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`)
const project = (more: Readonly<Record<string, string | Uint8Array>> = {}) =>
  new Project({ 'pipeline.ts': pipelineFile, 'events.ndjson': events, ...more })

const third = {
  model: 'fraud',
  t: at('08:40'),
  key: 'c1',
  id: '3',
  position: { partition: 0, offset: 2 },
  vector: {
    amount: 33,
    shop: 's1',
    abroad: true,
    card: { n1h: 3, shops: ['s1', 's0'], latest: at('08:40'), mean: 3 },
    nightly: { n: 0 },
    ratio: 11,
  },
  score: 0.75,
  read: { 'now(card)': { visibleEvents: 3, asOf: at('08:40') }, 'nightly(card)': { visibleEvents: 0, asOf: at('02:00') } },
}

test('decisions with their vectors and what each group knew, as NDJSON', async () => {
  using folder = project({
    'more.ndjson.gz': gzipSync(`${events.replaceAll('"id":"', '"id":"more').replaceAll('c1', 'c9')}\n{"id":"x"}\nnot json\n`),
  })
  const args = [
    '--source',
    'payments=events.ndjson',
    '--source',
    'payments=more.ndjson.gz',
    '--out',
    'out.ndjson',
    '--rejected',
    'rejected.ndjson',
  ]
  const { status, stdout, stderr } = await folder.spillway('replay', 'pipeline.ts', ...args, '--json')
  assert.equal(status, 0, stderr)
  const summary = JSON.parse(stdout) as Record<string, unknown>
  assert.deepEqual([summary['events'], summary['decisions'], summary['undecodable'], stdout.split('\n').length], [8, 16, 1, 2])
  const decisions = folder.lines('out.ndjson') as (typeof third)[]
  const ofFirst = decisions.filter(({ model, key }) => model === 'fraud' && key === 'c1')
  // Equal arrivals are in the order of the files: every second decision is of the second file.
  assert.deepEqual(ofFirst[2], {
    ...third,
    position: { partition: 0, offset: 4 },
    read: { ...third.read, 'now(card)': { visibleEvents: 5, asOf: at('08:40') } },
  })
  assert.deepEqual(ofFirst[0].vector.ratio, null)
  const other = decisions.filter(({ model, key }) => model === 'other' && key === 'c1').map(({ score, read }) => [score, read])
  assert.deepEqual(other[1], [1 / (1 + Math.exp(-1)), { 'older(card)': { visibleEvents: 2, asOf: at('08:25') } }])
  const rejected = folder.lines('rejected.ndjson') as { reason: string; place: string; source?: string }[]
  assert.deepEqual(
    rejected.map(({ reason, place, source }) => `${place} ${source} ${reason}`),
    ['more.ndjson.gz:6 payments schema', 'more.ndjson.gz:5 payments key'],
  )
})

test('decisions of one model as Parquet, flat and typed', async () => {
  using folder = project()
  const args = ['--source', 'payments=events.ndjson', '--model', 'fraud', '--out', 'out.parquet']
  const { status, stdout, stderr } = await folder.spillway('replay', 'pipeline.ts', ...args)
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^fraud {2}2026-01-01T08:40:00.000Z {2}c1 {2}score 0.75$/m)
  assert.match(stdout, /shops: \[ 's1', 's0' \]/)
  assert.match(stdout, /^payments +4 +0 +0 +0$/m)
  assert.doesNotMatch(stdout, /^other/m)
  const file = await openInput(folder.path('out.parquet'))
  const types = Object.fromEntries(file.columns!.map(({ name, type }) => [name, type]))
  assert.deepEqual(
    ['t', 'vector.amount', 'vector.card.shops', 'vector.card.latest', 'vector.card.n1h', 'vector.abroad', 'read.nightly(card).asOf'].map(
      name => types[name],
    ),
    ['TIMESTAMP WITH TIME ZONE', 'DOUBLE', 'VARCHAR[]', 'TIMESTAMP WITH TIME ZONE', 'BIGINT', 'BOOLEAN', 'TIMESTAMP WITH TIME ZONE'],
  )
  const rows: unknown[] = []
  for await (const { records } of file.batches()) rows.push(...records)
  const { vector, read } = third
  assert.deepEqual(rows[2], {
    model: 'fraud',
    t: third.t,
    key: 'c1',
    id: '3',
    partition: 0,
    offset: 2,
    'vector.amount': 33,
    'vector.shop': 's1',
    'vector.abroad': true,
    'vector.card.n1h': 3,
    'vector.card.shops': ['s1', 's0'],
    'vector.card.latest': vector.card.latest,
    'vector.card.mean': 3,
    'vector.nightly.n': 0,
    'vector.ratio': 11,
    score: 0.75,
    rejected: null,
    'read.now(card).visibleEvents': 3,
    'read.now(card).asOf': third.t,
    'read.nightly(card).visibleEvents': 0,
    'read.nightly(card).asOf': read['nightly(card)'].asOf,
  })
})

test('a history without events still gives whole files', async () => {
  using folder = project({ 'none.ndjson': '{"id":"x"}\n' })
  const runs = ['out.parquet', 'out.ndjson'].map(out =>
    folder.spillway('replay', 'pipeline.ts', '--source', 'payments=none.ndjson', '--model', 'fraud', '--out', out),
  )
  for (const { status, stdout, stderr } of await Promise.all(runs)) {
    assert.equal(status, 0, stderr)
    assert.match(stdout, /1 record rejected: add --rejected/)
  }
  assert.equal(folder.read('out.ndjson'), '')
  assert.ok((await openInput(folder.path('out.parquet'))).columns!.length > 10)
})

test('a reader that has seen enough does not stop the work', async () => {
  using folder = project()
  const command = `${process.execPath} "$0" replay pipeline.ts --source payments=events.ndjson --show 9999 --out out.ndjson; echo "status $?" >&2`
  const bin = folder.path('node_modules/spillway/src/cli/bin.ts')
  const { stdout, stderr } = await folder.shell(`{ ${command.replace('$0', bin)}; } | true`)
  assert.equal(stdout, '')
  assert.match(stderr, /status 0$/m)
  assert.doesNotMatch(stderr, /EPIPE/)
  assert.equal(folder.lines('out.ndjson').length, 8)
})
