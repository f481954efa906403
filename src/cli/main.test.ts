/** The command line: messages of mistakes, and exit codes. Runs in this process, since starting a process takes 0.4 s. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { scratchFolder } from '../../test/scratch.ts'
import { called as run } from '../../test/cli/called.ts'
import { helpOf, overviewOf } from './command/command.ts'
import { allCommands } from './main.ts'

const commands = await allCommands()

const folder = scratchFolder('main')

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const library = pathToFileURL(join(import.meta.dirname, '../index.ts')).href
const visits = file(
  'visits.ts',
  `import { count, entity, features, model, on, pipeline, rules, source, stream, t } from '${library}'
const page = entity('page', t.string())
const visits = source('visits', { schema: { page, at: t.timestamp() }, key: 'page', time: 'at' })
const clicks = source('clicks', { schema: { page, at: t.timestamp() }, key: 'page', time: 'at' })
const seen = features('seen', { from: visits, entity: page, place: stream, values: () => ({ n: count('1h') }) })
const busy = (name: string) => model(name, {
  decide: on(clicks),
  inputs: c => ({ seen: seen.of(c.page) }),
  score: v => rules([{ when: v.seen.n.gt(1), score: 1 }], 0),
})
export default pipeline('site', [busy('busy'), busy('calm')])
`,
)
const events = file('events.ndjson', '{"page":"/","at":"2026-01-01T00:00Z"}\n'.repeat(2))
const both = ['--source', `visits=${events}`, '--source', `clicks=${events}`]

test('one file may feed two sources and is read once', async () => {
  const { status, out } = await run('replay', visits, ...both, '--json')
  assert.equal(status, 0)
  const { events: count, models } = JSON.parse(out) as { events: number; models: { model: string; decisions: number; scoreSum: number }[] }
  assert.equal(count, 4)
  // Visits come before clicks with the same ingestion time, so each click sees both.
  assert.deepEqual(
    models.map(({ model, decisions, scoreSum }) => [model, decisions, scoreSum]),
    [
      ['busy', 2, 2],
      ['calm', 2, 2],
    ],
  )
})

const wrongUses: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['replay'], /^name the pipeline file$/m],
  [['replay', 'a.ts', 'b.ts'], /^expected one pipeline file, but also got b.ts$/m],
  [['replay', visits, '--source', 'visits'], /^--source visits is not NAME=FILE; write --source payments=payments.ndjson$/m],
  [['replay', visits, '--source', '=x'], /^--source =x is not NAME=FILE/m],
  [['replay', visits, ...both, ...both], /^--source visits=.* is given twice$/m],
  [['replay', visits, '--sorce', 'a=b'], /^unknown option --sorce; did you mean 'source'\?$/m],
  [['replay', visits, '--show', 'all'], /^--show all is not a number of decisions/m],
  [['replay', visits, '--json=yes'], /json.*does not take an argument/m],
  [['replay', visits, '--out'], /out.*argument missing/m],
  [['replay', visits, ...both, '--out', events], /events\.ndjson would overwrite the input/m],
  [['replay', visits, '--out', 'x.ndjson', '--rejected', './x.ndjson'], /^--out and --rejected are both x.ndjson$/m],
  [['init', 'a', 'b'], /^expected one folder, but also got b$/m],
]

for (const [args, message] of wrongUses)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, out, err } = await run(...args)
    assert.equal(status, 2, err)
    assert.match(err, message)
    assert.match(err, /\n\n {2}spillway \w+ .*\n\nRun spillway \w+ --help for the options\.$/, 'the usage follows the error')
    assert.equal(out, '')
  })

test('unknown command, no command, help and version', async () => {
  assert.deepEqual(await run('repaly'), { status: 2, out: '', err: "spillway: no command 'repaly'; did you mean 'replay'?" })
  assert.equal((await run()).status, 2)
  assert.deepEqual(await run('--verison'), { status: 2, out: '', err: "spillway: no option '--verison'; did you mean '--version'?" })
  for (const args of [['--help'], ['replay', '--help'], ['replay', '-h']]) {
    const { status, out } = await run(...args)
    assert.equal(status, 0)
    assert.match(out, args[0] === '--help' ? /^Start\n {2}init .*\n\nDevelop\n {2}dev /m : /^ {2}spillway replay \[PIPELINE\] /m)
  }
  for (const arg of ['--version', '-v']) assert.match((await run(arg)).out, /^\d+\.\d+\.\d+$/)
})

const failures: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['nowhere.ts', ...both], /^SPILL_FILE: nowhere\.ts does not exist; name the pipeline file$/],
  [[visits, '--source', `visit=${events}`], /^SPILL_NOT_FOUND: pipeline 'site' has no source 'visit'; did you mean 'visits'\?$/],
  [[visits, ...both.slice(2)], /^SPILL_INPUT: no file for source 'visits': add --source visits=FILE$/],
  [[visits, '--source', 'visits=gone.csv'], /^SPILL_FILE: gone\.csv does not exist; it was given for source 'visits'$/],
  [[visits, ...both, '--source', 'visits=.'], /^SPILL_FILE: \. is a folder; name a file$/],
  [[visits, ...both, '--model', 'bussy'], /^SPILL_NOT_FOUND: pipeline 'site' has no model 'bussy'; did you mean 'busy'\?$/],
  [[visits, ...both, '--out', 'out.xml'], /^SPILL_FORMAT: out\.xml has no format by its name; call it/],
  [[visits, ...both, '--out', 'out.parquet'], /the decisions of 2 models, whose columns differ; add --model NAME, or write \.ndjson$/],
  [[visits, ...both, '--rejected', join(folder, 'no/rejected.ndjson')], /cannot be written: its folder does not exist$/],
  [[visits, ...both, '--out', join(folder, 'no/out.ndjson')], /cannot be written: its folder does not exist$/],
  [[visits, ...both, '--model', 'busy', '--out', join(folder, 'no/out.parquet')], /cannot be written: its folder does not exist$/],
]

for (const [args, message] of failures)
  test(`failure: ${message.source}`, async () => {
    const { status, out, err } = await run('replay', ...args)
    assert.equal(status, 1, err)
    assert.match(err, message)
    assert.equal(err.split('\n').length, 1, 'a single message without a stack')
    assert.equal(out, '')
  })

test('a truncated file: the records before are used, and the exit code is 1', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `{"page":"/${i * 7919}","at":"2026-01-01T00:00Z"}\n`)
  const gzip = gzipSync(lines.join(''))
  const cut = file('cut.ndjson.gz', gzip.subarray(0, gzip.length - 2000))
  const { status, out } = await run('replay', visits, '--source', `visits=${cut}`, '--source', `clicks=${events}`, '--show', '0')
  assert.equal(status, 1)
  assert.match(out, /^warning: cut\.ndjson\.gz .*; the records before that were loaded$/m)
  const [, accepted] = /^visits +([\d,]+)/m.exec(out)!
  assert.ok(Number(accepted.replace(',', '')) > 10_000, accepted)
})

test('rejected records are counted by reason and are not a failure', async () => {
  const some = file('some.ndjson', '{"page":"/","at":"2026-01-01T00:00Z"}\n{"at":"2026-01-01T00:00Z"}\n{"page":"/"}\nno\n')
  const { status, out } = await run('replay', visits, '--source', `visits=${some}`, '--source', `clicks=${events}`, '--show', '1')
  assert.equal(status, 0)
  assert.match(out, /^visits +1 +0 +0 +1 key, 1 time$/m)
  assert.match(out, /^1 record could not be decoded$/m)
  assert.match(
    out,
    /^3 records rejected: add --rejected rejected\.ndjson to keep them, with their reasons\. The first:\n  some\.ndjson:4: not JSON: /m,
  )
})

test('a failed decision is counted and written with its reason', async () => {
  const failing = file(
    'failing.ts',
    readFileSync(visits, 'utf8').replace(/v => rules\(.*\)/, "{ version: '1', compute: () => { throw new Error('out of order') } }"),
  )
  const out = join(folder, 'failing.ndjson')
  const { status, out: printed } = await run('replay', failing, ...both, '--model', 'busy', '--out', out, '--show', '1')
  assert.equal(status, 0)
  assert.match(printed, /^busy +2 +– +0 +2$/m)
  assert.match(printed, /rejected: .*out of order/)
  const [first] = readFileSync(out, 'utf8').split('\n')
  const { score, rejected } = JSON.parse(first) as { score: unknown; rejected: string }
  assert.equal(score, null)
  assert.match(rejected, /out of order/)
})

test('init creates a project and never overwrites one', async () => {
  const target = join(folder, 'demo')
  const { status, out } = await run('init', target)
  assert.equal(status, 0)
  assert.match(out, /^ {2}npx spillway replay$/m)
  const again = await run('init', target)
  assert.equal(again.status, 1)
  assert.match(
    again.err,
    /^SPILL_EXISTS: .*demo has pipeline\.ts, pipeline\.test\.ts, spillway\.config\.ts, events\.ndjson already, and nothing was written; give another folder, or move the files$/,
  )
  for (const name of ['pipeline.ts', 'pipeline.test.ts', 'spillway.config.ts', 'events.ndjson']) rmSync(join(target, name))
  writeFileSync(join(target, 'package.json'), '{}')
  const { out: second } = await run('init', target)
  assert.match(second, /^ {2}npm install file:\S+$/m)
  assert.equal(readFileSync(join(target, 'package.json'), 'utf8'), '{}')
})

test('init --from a file that cannot be a source', async () => {
  const timeless = file('timeless.csv', 'a,b\n1,x\n2,y\n')
  const { status, err } = await run('init', join(folder, 'none'), '--from', timeless)
  assert.equal(status, 1)
  assert.match(
    err,
    /^SPILL_INPUT: timeless\.csv has no column with an event time in every record \(.*\); it has a \(int\), b \(string\); add a column/,
  )
  assert.match(
    (await run('init', join(folder, 'none'), '--from', 'gone.csv')).err,
    /^SPILL_FILE: gone\.csv does not exist; --from needs the path of a CSV, NDJSON or Parquet file/,
  )
  assert.ok(!existsSync(join(folder, 'none')))
})

test('help fits a terminal of 40 columns, and shows defaults in brackets', () => {
  for (const text of [overviewOf(commands, 40), ...commands.map(command => helpOf(command, 40))]) {
    const wide = text.split('\n').filter(line => line.length > 40 && !line.startsWith('  spillway '))
    // A word longer than the rest of its line, such as --webhook SOURCE=STYLE:VARIABLE, stays whole.
    assert.deepEqual(
      wide.filter(line => /\S\s+\S.*\s/.test(line.trimStart())),
      [],
    )
    assert.doesNotMatch(text, /\(default/)
  }
  assert.match(helpOf(commands.find(({ name }) => name === 'inspect')!), /^ {2}--data DIR +the data folder \[default: \.spillway\]$/m)
})
