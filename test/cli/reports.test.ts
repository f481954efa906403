import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratchFolder } from '../scratch.ts'
import type { ReportRun } from '../../src/batch/report-ledger.ts'
import type { Pipeline } from '../../src/define/pipeline.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { called, calledJson } from './called.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
const folder = scratchFolder('reports')
const at = (name: string): string => join(folder, name)
const data = ['--data', at('data')] as const
const [file, sales] = [at('pipeline.ts'), at('sales.ndjson')]

writeFileSync(
  file,
  `import { count, entity, every, features, file, model, pipeline, report, request, source, stream, t } from '${library}'
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: sales, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const own = model('own', { decide: request({ card }), inputs: r => now.of(r.card), score: { version: '1', compute: v => v.n } })
const at = every('1h')
export default pipeline('shop', [
  report('counts', { of: { now }, at, to: file(${JSON.stringify(at('counts.csv'))}), orderBy: { 'vector.now.n': 'descending' } }),
  report('own', { of: own, at }),
])
`,
)
let first: ReportRun
let second: ReportRun
let own: ReportRun
before(async () => {
  const { default: shop } = (await import(file)) as { default: Pipeline }
  const running = await LiveRun.open(shop, at('data'))
  const now = Date.now()
  await running.run.submit('sales', recordBatchOf(['a', 'b', 'b'].map(card => ({ card, at: now }))))
  first = await running.run.report('counts')
  second = await running.run.report('counts')
  own = await running.run.report('own')
  await running.stop()
})

test('list says of which time each is, of how many rows, and where it is', async () => {
  const listed = await calledJson<ReportRun>('reports', ...data)
  assert.deepEqual(listed, [first, second, own])
  const { out } = await called('reports', 'list', '--report', 'counts', ...data)
  assert.match(
    out,
    /^1 {2}counts {2}of .*Z {2}\[done, on request, began .*, 2 rows of 2 live, .* s, [0-9a-f]{8}\] {2}cut 3\n {2}.*counts\.csv\n2 {2}counts[^]*\n2 reports of 3\.$/,
  )
})

test('show prints the newest as it stands', async () => {
  const { out, status } = await called('reports', 'show', 'counts', ...data)
  assert.deepEqual([status, `${out}\n`], [0, readFileSync(at('counts.csv'), 'utf8')])
  assert.match(out, /^t,key,vector\.now\.n,rejected,read\.now\(card\)\.age\n[^,]+,b,2,,0\n[^,]+,a,1,,0$/)
})

test('check makes one again: the same rows, and what became of its file', async () => {
  const one = await called('reports', 'check', '1', '2', ...data)
  assert.equal(one.status, 0, one.err)
  assert.match(
    one.out,
    /^report 1: the same rows, [0-9a-f]{64}; its file is replaced by a later report\nreport 2: the same rows, [0-9a-f]{64}; its file is the same$/,
  )
  const unknown = await called('reports', 'check', '3', ...data)
  assert.match(
    unknown.err,
    /report 'own' is of model 'own', whose score is in your own files alone; name the file of the pipeline: spillway reports PIPELINE …/,
  )
  const known = await called('reports', file, 'check', '3', ...data)
  assert.deepEqual([known.status, known.out.includes('report 3: the same rows')], [0, true], known.err)
  const before = readFileSync(at('counts.csv'))
  writeFileSync(at('counts.csv'), 'another')
  assert.match((await called('reports', 'check', '2', ...data)).out, /its file is another than was written$/)
  rmSync(at('counts.csv'))
  assert.match((await called('reports', 'check', '2', ...data)).out, /its file is gone$/)
  assert.match(
    (await called('reports', 'show', 'counts', ...data)).err,
    /SPILL_FILE: .*counts\.csv does not exist; report 2 was written there/,
  )
  writeFileSync(at('counts.csv'), before)
})

test('run makes one of any time that the log has, and tells nobody', async () => {
  const { out, status } = await called('reports', 'run', 'counts', ...data)
  assert.equal(status, 0)
  assert.deepEqual(
    out.split('\n').map(line => JSON.parse(line) as object),
    ['b', 'a'].map((key, i) => ({ key, vector: { now: { n: 2 - i } }, age: { 'now(card)': 0 } })),
  )
  assert.equal((await called('reports', 'run', 'counts', '--at', '2020-01-01T00:00Z', ...data)).out, '')
  const computed = await called('reports', file, 'run', 'own', '--out', at('own.parquet'), ...data)
  assert.match(computed.out, /^2 rows of 2 live at .*Z in .*own\.parquet$/)
  assert.equal((await calledJson('reports', ...data)).length, 3)
})

test('a key with a line end of Unicode is in one line of what show and run print, and of the same JSON', async () => {
  const { default: shop } = (await import(file)) as { default: Pipeline }
  const key = 'x\u2028FORGED\u2029FORGED\u0085FORGED'
  const running = await LiveRun.open(shop, at('unicode'))
  await running.run.submit('sales', recordBatchOf([{ card: key, at: Date.now() }]))
  await running.run.report('own')
  await running.stop()
  for (const args of [
    ['show', 'own'],
    [file, 'run', 'own'],
  ]) {
    const { out, status, err } = await called('reports', ...args, '--data', at('unicode'))
    assert.equal(status, 0, err)
    assert.doesNotMatch(out, /[\u2028\u2029\u0085]/)
    assert.equal((JSON.parse(out) as { readonly key: string }).key, key)
  }
})

test('a replay writes each into a folder of its own', async () => {
  writeFileSync(sales, ['08:10', '08:50', '10:00'].map(time => `{"card":"c","at":"2026-01-01T${time}:00Z"}\n`).join(''))
  const args = ['replay', file, '--source', `sales=${sales}`] as const
  const { status, out, err } = await called(...args, '--reports', at('made'))
  assert.equal(status, 0, err)
  assert.match(out, /report +count +rows +stale\ncounts +2 +2 +0\nown +2 +2 +0\n/)
  assert.match(readFileSync(at('made/counts/2026-01-01T09-00.csv'), 'utf8'), /\n2026-01-01T09:00:00\.000Z,c,2,,0\n$/)
  assert.deepEqual(JSON.parse(readFileSync(at('made/own/2026-01-01T10-00.ndjson'), 'utf8')), {
    t: '2026-01-01T10:00:00.000Z',
    key: 'c',
    score: 1,
    'vector.n': 1,
    rejected: null,
    'read.now(card).age': 0,
  })
  assert.match((await called(...args, '--model', 'own')).err, /model 'own' decides on request, and a history of events has no requests/)
  assert.match((await called(...args, '--reports', sales)).err, /SPILL_FILE/)
  assert.match((await called(...args, '--reports', at('made'), '--log', at('log'))).err, /--reports cannot be used with --log/)
})

test('a wrong call is a usage error', async () => {
  const says = async (args: readonly string[], pattern: RegExp, code = 2) => {
    const { status, err } = await called('reports', ...args, ...data)
    assert.match(err, pattern)
    assert.equal(status, code)
  }
  await says(['lst'], /reports has no subcommand 'lst'; did you mean 'list'/)
  await says(['show'], /name one report: reports show NAME/)
  await says(['check'], /name the numbers of reports/)
  await says(['check', 'x'], /checked by their numbers, not 'x'/)
  await says(['list', 'counts'], /write reports show counts/)
  await says(['--last', '0'], /--last 0 is not a whole number from 1/)
  await says(['run', 'counts', '--at', 'noon'], /--at noon is not a time/)
  await says(['run', 'count'], /has no report 'count'; did you mean 'counts'/, 1)
  await says(['check', '9'], /there is no report 9/, 1)
  await says(['show', 'own2'], /no report 'own2' was made; did you mean 'own'/, 1)
})
