/** `spillway training-set`: its output, its determinism from files and from a log, and its rejections. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { canonicalJson } from '../../src/define/ir/fingerprint.ts'
import { openInput } from '../../src/files/open-input.ts'
import type { TrainingManifest } from '../../src/replay/training-folder.ts'
import { called, calledJson } from './called.ts'
import { events, pipelineFile } from './payments.ts'
import { Project } from './project.ts'

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`)
const hour = 3_600_000

const rows = [
  { card: 'c1', t: '2026-01-01T08:44:00Z' },
  { card: null, t: '2026-01-02T03:00:00Z' },
  { card: 'c1', t: '2026-01-01T07:00:00Z' },
  { card: 'c1', t: '2026-01-01T08:45:00Z' },
  { card: 'nobody', t: '2026-01-01T08:45:00Z' },
]
const GROUPS = ['--groups', 'older,nightly.n,now.shops,now.latest,now.n1h']

let project: Project
let source: string[]

before(() => {
  project = new Project({
    'pipeline.ts': pipelineFile,
    'one.ts': `import { pipeline } from 'spillway'\nimport { other } from './pipeline.ts'\nexport default pipeline('one', [other])\n`,
    'events.ndjson': events,
    'rows.ndjson': rows.map(row => JSON.stringify(row)).join('\n'),
    'rows.csv': ['t,card', ...rows.map(({ card, t }) => `${t},${card ?? ''}`)].join('\n'),
  })
  source = ['--source', `payments=${project.path('events.ndjson')}`]
})
after(() => project[Symbol.dispose]())

const command = (name: string, ...args: readonly string[]) => ['training-set', project.path(name), ...args]

async function make(name: string, out: string, ...args: readonly string[]): Promise<TrainingManifest> {
  const [manifest] = await calledJson<TrainingManifest>(...command(name, '--out', project.path(out), ...args))
  assert.deepEqual(JSON.parse(project.read(`${out}/manifest.json`)), manifest)
  return manifest
}

async function rowsOf(out: string): Promise<{ types: Record<string, string | undefined>; rows: Record<string, unknown>[] }> {
  const file = await openInput(project.path(`${out}/rows.parquet`))
  const rows: unknown[] = []
  for await (const { records } of file.batches()) rows.push(...records)
  return { types: Object.fromEntries(file.columns!.map(({ name, type }) => [name, type])), rows: rows as Record<string, unknown>[] }
}

test('rows with what was known by their time, typed, in order of time, and a manifest', async () => {
  const manifest = await make('pipeline.ts', 'set', '--rows', project.path('rows.ndjson'), ...source, ...GROUPS)
  const { types, rows: setRows } = await rowsOf('set')
  assert.deepEqual(
    setRows.map(row => [row['row'], row['t'], row['key.card']]),
    [
      [3, at('07:00'), 'c1'],
      [1, at('08:44'), 'c1'],
      [4, at('08:45'), 'c1'],
      [5, at('08:45'), 'nobody'],
      [2, Date.parse('2026-01-02T03:00:00Z'), null],
    ],
  )
  assert.deepEqual(setRows[1], {
    row: 1,
    t: at('08:44'),
    'key.card': 'c1',
    'vector.older.n': 2,
    'vector.nightly.n': 0,
    'vector.now.shops': ['s1', 's0'],
    'vector.now.latest': at('08:40'),
    'vector.now.n1h': 3,
    rejected: null,
    'read.older(card).visibleEvents': 2,
    'read.older(card).age': 5 * 60_000,
    'read.older(card).newest': 14 * 60_000,
    'read.nightly(card).visibleEvents': 0,
    'read.nightly(card).age': 6 * hour + 44 * 60_000,
    'read.nightly(card).newest': null,
    'read.now(card).visibleEvents': 3,
    'read.now(card).age': 0,
    'read.now(card).newest': 4 * 60_000,
  })
  assert.equal(setRows[2]['vector.older.n'], 3)
  assert.deepEqual(
    ['t', 'vector.now.shops', 'vector.now.latest', 'vector.now.n1h', 'read.older(card).age'].map(name => types[name]),
    ['TIMESTAMP WITH TIME ZONE', 'VARCHAR[]', 'TIMESTAMP WITH TIME ZONE', 'BIGINT', 'BIGINT'],
  )
  const { sha256, code, columns, ...rest } = manifest
  assert.match(sha256, /^[0-9a-f]{64}$/)
  assert.deepEqual(rest, {
    format: 1,
    file: 'rows.parquet',
    rows: 5,
    of: { kind: 'rows', requestedRows: 5, before: 1, ahead: 1 },
    cut: [{ source: 'payments', events: 4, lastArrival: at('08:50') }],
  })
  assert.deepEqual(
    code.groups.map(({ group, place }) => [group, place.kind]),
    [
      ['now', 'stream'],
      ['nightly', 'scheduled'],
      ['older', 'lag'],
    ],
  )
  assert.deepEqual(
    columns.map(({ name }) => name),
    Object.keys(types),
  )
})

test('the same history, definitions and rows give the same hash: again, from a CSV, and from the log of a data folder', async () => {
  const first = await make('pipeline.ts', 'first', '--rows', project.path('rows.ndjson'), ...source, ...GROUPS)
  // The hash on every machine, as long as neither the values nor the hashed bytes change.
  assert.equal(first.sha256, 'bac1fe36176f2ab936b492288a803229892e48a68ae7604e178d6848c4e82167')
  assert.equal(await hashOfFile('first'), first.sha256)
  const again = await make('pipeline.ts', 'first', '--rows', project.path('rows.ndjson'), ...source, ...GROUPS)
  assert.deepEqual(again, first)
  const csv = await make('pipeline.ts', 'csv', '--rows', project.path('rows.csv'), ...source, ...GROUPS)
  assert.deepEqual(csv, first)
  await imported()
  const logged = await make('pipeline.ts', 'logged', '--rows', project.path('rows.ndjson'), '--data', project.path('data'), ...GROUPS)
  assert.deepEqual(logged, first)
  assert.deepEqual(await rowsOf('logged'), await rowsOf('first'))
  const others = [
    ['--groups', 'older'],
    ['--rows', project.path('rows.csv'), '--sample', '0.5'],
  ]
  for (const args of others) {
    const all = args[0] === '--groups' ? ['--rows', project.path('rows.csv'), ...args] : [...GROUPS, ...args]
    assert.notEqual((await make('pipeline.ts', 'other', ...source, ...all)).sha256, first.sha256)
  }
})

/** The hash of a Parquet file's contents, as docs/reference/cli.md defines it. */
async function hashOfFile(out: string): Promise<string> {
  const { columns } = JSON.parse(project.read(`${out}/manifest.json`)) as TrainingManifest
  const hash = createHash('sha256').update(`${canonicalJson(columns)}\n`)
  const bytesOf = (value: unknown): Buffer => {
    if (typeof value !== 'string') return Buffer.from(Float64Array.of(Number(value)).buffer)
    return Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)])
  }
  for (const row of (await rowsOf(out)).rows)
    for (const { name } of columns) {
      const value = row[name]
      hash.update(Buffer.of(value === null ? 0 : 1))
      if (Array.isArray(value)) hash.update(uint32(value.length))
      if (value !== null) for (const item of [value].flat()) hash.update(bytesOf(item))
    }
  return hash.digest('hex')
}

const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)

test('a sample has all rows of a key or none, and says how it was taken', async () => {
  const seeds = Array.from({ length: 8 }, (_, seed) => String(seed))
  const seen = new Set<string>()
  for (const seed of seeds) {
    const manifest = await make('one.ts', 'sample', '--rows', project.path('rows.csv'), ...source, '--sample', '0.5', '--seed', seed)
    const { rows: setRows } = await rowsOf('sample')
    const { sample, of } = manifest
    assert.deepEqual([sample?.share, sample?.seed, sample?.key], [0.5, Number(seed), 'card'])
    assert.equal(of.kind === 'rows' && of.requestedRows, 5)
    const cards = setRows.map(row => row['key.card'])
    for (const { card } of rows)
      assert.ok([0, rows.filter(row => row.card === card).length].includes(cards.filter(each => each === card).length))
    seen.add(JSON.stringify(cards))
  }
  assert.ok(seen.size > 1, 'other seeds are other samples')
})

test('decisions that were made, with the vectors that they had: of a replay, and of a log', async () => {
  const replayed = await make('pipeline.ts', 'decided', '--decisions', '--model', 'fraud', ...source)
  const { rows: setRows } = await rowsOf('decided')
  assert.deepEqual(replayed.of, { kind: 'decisions', model: 'fraud' })
  assert.deepEqual(setRows[2], {
    t: at('08:40'),
    'key.card': 'c1',
    id: '3',
    partition: 0,
    offset: 2,
    'vector.amount': 33,
    'vector.shop': 's1',
    'vector.abroad': true,
    'vector.card.n1h': 3,
    'vector.card.shops': ['s1', 's0'],
    'vector.card.latest': at('08:40'),
    'vector.card.mean': 3,
    'vector.nightly.n': 0,
    'vector.ratio': 11,
    rejected: null,
    'read.now(card).visibleEvents': 3,
    'read.now(card).age': 0,
    'read.nightly(card).visibleEvents': 0,
    'read.nightly(card).age': 6 * hour + 40 * 60_000,
  })
  await imported()
  const logged = await make('pipeline.ts', 'recorded', '--decisions', '--model', 'fraud', '--data', project.path('data'))
  assert.equal(logged.sha256, replayed.sha256)
  assert.deepEqual(logged.cut, replayed.cut)
  assert.deepEqual(logged.of, { ...replayed.of, decidedBy: [{ fingerprint: logged.code.fingerprint, decisions: 4 }] })
  const sampled = await make('pipeline.ts', 'some', '--decisions', '--model', 'fraud', ...source, '--sample', '0.5', '--seed', '1')
  const cards = new Set((await rowsOf('some')).rows.map(row => row['key.card']))
  assert.equal(sampled.rows, setRows.filter(row => cards.has(row['key.card'])).length)
})

test('decisions by a version with other inputs are left out, and said', async () => {
  await imported()
  const changed = pipelineFile.replace('shop: p.shop, abroad', 'abroad')
  project.write('changed.ts', changed)
  const args = ['--decisions', '--model', 'fraud', '--data', project.path('data'), '--out', project.path('changed')]
  const { status, out } = await called(...command('changed.ts', ...args))
  assert.equal(status, 0)
  assert.match(out, /^0 rows of /)
  assert.match(out, /^warning: 4 decisions by a version of 'fraud' with different inputs left out$/m)
})

test('a person is told what there is, and what may surprise', async () => {
  project.write('broken.ndjson', `${events}\noops\n`)
  const { status, out } = await called(
    ...command('one.ts', '--rows', project.path('rows.ndjson'), '--out', project.path('told')),
    '--source',
    `payments=${project.path('broken.ndjson')}`,
  )
  assert.equal(status, 0)
  assert.match(out, /^5 rows of 8 columns in .*told, sha256 [0-9a-f]{64}$/m)
  assert.match(out, /^ {2}payments: 4 events, the last arrived at 2026-01-01T08:50:00\.000Z$/m)
  assert.match(out, /^ {2}1 row before the first event: nothing was visible$/m)
  assert.match(out, /^ {2}1 row after the last event: later events are not known yet$/m)
  assert.match(out, /^warning: 1 record rejected; the first: broken\.ndjson:5: /m)
})

const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no folder', ['--rows', 'r.csv'], /^--out DIR is required/],
  ['no rows', ['--out', 'x'], /^add --rows FILE with keys and times/],
  ['rows and decisions', ['--out', 'x', '--rows', 'r.csv', '--decisions'], /^--decisions takes the vectors/],
  ['a model and groups', ['--out', 'x', '--rows', 'r.csv', '--model', 'a', '--groups', 'b'], /^use --model or --groups, not both/],
  ['two histories', ['--out', 'x', '--rows', 'r.csv', '--source', 'a=b', '--data', 'c'], /^--source and --data are two histories/],
  ['a share that is none', ['--out', 'x', '--rows', 'r.csv', '--sample', '1.5'], /^--sample 1\.5 is not a share/],
  ['a share of 0', ['--out', 'x', '--rows', 'r.csv', '--sample', '0'], /^--sample 0 is not a share/],
  ['a seed without a sample', ['--out', 'x', '--rows', 'r.csv', '--seed', '1'], /^--seed needs --sample SHARE/],
  ['a seed that is none', ['--out', 'x', '--rows', 'r.csv', '--sample', '1', '--seed', 'a'], /^--seed a is not a whole number/],
  ['an output over an input', ['--out', 'r.csv', '--rows', 'r.csv'], /^--out r\.csv would overwrite the input r\.csv/],
  ['a database', ['--out', 'x', '--rows', 'r.csv', '--source', 'a=pg:payments'], /^a training set is made from files or a data folder/],
]

for (const [name, args, message] of usage)
  test(`wrong use: ${name}`, async () => {
    const { status, err } = await called(...command('one.ts', ...args))
    assert.equal(status, 2)
    assert.match(err, message)
  })

test('a set that cannot be written leaves no manifest, and says why', async () => {
  const bad = async (message: RegExp, name: string, ...args: readonly string[]) => {
    const { status, err } = await called(...command(name, '--out', project.path('bad'), ...args))
    assert.equal(status, 1, err)
    assert.match(err, message)
    assert.ok(!existsSync(project.path('bad/manifest.json')), String(message))
  }
  const options = ['--rows', project.path('rows.csv'), ...source]
  await bad(/^SPILL_INPUT: pipeline 'cards' has 2 models; add --model with one of fraud, other, or --groups$/, 'pipeline.ts', ...options)
  await bad(
    /^SPILL_NOT_FOUND: pipeline 'cards' has no group 'oldr'; did you mean 'older'\?$/,
    'pipeline.ts',
    ...options,
    '--groups',
    'oldr',
  )
  await bad(/^SPILL_UNSUPPORTED: feature 'now\.mean' leaves the triggering event out/, 'pipeline.ts', ...options, '--model', 'fraud')
  await bad(
    /^SPILL_NOT_FOUND: pipeline 'cards' has no model 'fraude'; did you mean 'fraud'\?$/,
    'pipeline.ts',
    '--decisions',
    '--model',
    'fraude',
    ...source,
  )
  await bad(/^SPILL_FILE: .*none\.csv does not exist/, 'one.ts', '--rows', project.path('none.csv'), ...source)
  await bad(/^SPILL_STORE: .* is not a data folder/, 'one.ts', '--rows', project.path('rows.csv'), '--data', project.path('nowhere'))
  project.write('file', 'in the way')
  const { status, err } = await called(...command('one.ts', '--out', project.path('file'), ...options))
  assert.equal(status, 1)
  assert.match(err, /^SPILL_FILE: file is a file; name a folder/)
})

let hasLog = false

/** Imports the events into a log, once. */
async function imported(): Promise<void> {
  if (hasLog) return
  hasLog = true
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...source, '--log', project.path('data'), '--show', '0')
  assert.equal(status, 0, err)
}
