/** `spillway init --from` with options, questions and bad input: each message says how to go on, and nothing is written. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { called } from './called.ts'
import { Project } from './project.ts'

const time = (i: number) => new Date(Date.UTC(2026, 0, 1, 0, 10 * i)).toISOString()
const csv = (head: string, rowOf: (i: number) => string, rows = 200) =>
  [head, ...Array.from({ length: rows }, (_, i) => rowOf(i))].join('\n')

const files = {
  'orders.csv': csv('at,customer,zip,price,late', i => `${time(i)},c${i % 9},${8000 + (i % 5)},${i % 7}.5,${i % 8 === 0 ? 1 : 0}`),
  'timeless.csv': csv('customer,late', i => `c${i % 9},${i % 2}`),
  'gaps.csv': csv('at,customer,late', i => `${i % 10 === 0 ? '' : time(i)},c${i % 9},${i % 2}`),
  'two.csv': csv('at,customer,late,returned', i => `${time(i)},c${i % 9},${i % 8 === 0 ? 1 : 0},${i % 5 === 0 ? 'yes' : 'no'}`),
  'tiny.csv': csv('at,customer,late', i => `${time(i)},c${i % 2},${i % 2}`, 3),
  'empty.csv': '',
  'head.csv': 'at,customer,late\n',
  'mixed.csv': csv('day,customer', i => `${i % 2 === 0 ? '31/01/2026' : '01/31/2026'},c${i % 9}`),
}

let project: Project
before(() => void (project = new Project(files)))
after(() => project[Symbol.dispose]())

const init = (folder: string, file: string, ...args: readonly string[]) =>
  called('init', project.path(folder), '--from', project.path(file), ...args)

/** A message in place of a project. */
async function rejected(file: string, message: RegExp, ...args: readonly string[]): Promise<void> {
  const { status, out, err } = await init('none', file, ...args)
  assert.deepEqual([status, out], [1, ''])
  assert.match(err, message)
  assert.ok(!existsSync(project.path('none')))
}

test('the inference is shown with its evidence', async () => {
  const { out } = await init('shown', 'orders.csv')
  assert.ok(
    out.startsWith(`Inferred from 200 records of orders.csv:
  key        customer (9 distinct values in 200 records, each repeated 22 times on average; its name
             is that of a thing with events)
  time       at (the only time that every record has)
  id         none (no column is called an id and differs in every record, so a record sent twice is
             two events)
  outcome    late (its name suggests an outcome, and it is 1 in 13 % of the records)
  unit       late (the name of the outcome; each correct prediction counts one, and has no price
             yet)
  types      timestamp at; string customer; int zip, late; decimal(2) price (the narrowest that fit
             200 records; a later record that does not fit is rejected with the reason)
  windows    1h, 6h (at most a third of the history, about 33 hours)
`),
    out,
  )
})

test('options override the inference', async () => {
  const options = [
    '--key',
    'zip',
    '--id',
    'none',
    '--outcome',
    'late=0',
    '--unit',
    'orders in time',
    '--type',
    'zip=string',
    '--type',
    'price=double',
    '--json',
  ]
  const { status, out, err } = await init('given', 'orders.csv', ...options)
  assert.equal(status, 0, err)
  const { inferred } = JSON.parse(out) as { inferred: { of: string; value: string; evidence: string }[] }
  assert.deepEqual(inferred.slice(0, 3), [
    { of: 'key', value: 'zip', evidence: 'as you chose; 5 distinct values in 200 records, each repeated 40 times on average' },
    { of: 'time', value: 'at', evidence: 'the only time that every record has' },
    { of: 'id', value: 'none', evidence: 'as you chose' },
  ])
  assert.match(project.read('given/pipeline.ts'), /zip: keyed,[^]*price: t\.double\(\)/)
  assert.match(project.read('given/pipeline.ts'), /happened: Number\(raw\.late\) === 0, \/\/ LABEL[^]*unit: 'orders in time' \}/)
  assert.match(
    (await init('no-outcome', 'orders.csv', '--outcome', 'none')).out,
    /^There is nothing to audit, since you chose no outcome\.$/m,
  )
})

test('options that cannot be used', async () => {
  for (const [args, message] of [
    [['--type', 'zip'], /^--type zip is not COLUMN=TYPE; types are string, int, double, decimal\(2\), bool, timestamp$/m],
    [['--type', 'zip=text'], /^--type zip=text is not COLUMN=TYPE/m],
    [['--dates', 'dmy'], /^--dates dmy is neither day-first nor month-first$/m],
    [['--decimal', 'dot'], /^--decimal dot is neither comma nor point$/m],
    [['--key', 'custmer'], /^SPILL_NOT_FOUND: .*orders\.csv has no column "custmer"; did you mean 'customer'\?$/m],
    [['--time', 'price'], /^SPILL_INPUT: .*orders\.csv has decimal values in "price", and --time needs times/m],
  ] as const)
    assert.match((await init('none', 'orders.csv', ...args)).err, message)
  assert.match((await called('init', project.path('none'), '--key', 'zip')).err, /^--key is about the columns of a file; add --from FILE$/m)
  assert.match(
    (await called('init', project.path('orders.csv'))).err,
    /orders\.csv is a file; write --from .*orders\.csv to make a project for it$/m,
  )
  assert.ok(!existsSync(project.path('none')))
})

test('a file without a time, and one with gaps in its time', async () => {
  await rejected(
    'timeless.csv',
    /^SPILL_INPUT: timeless\.csv has no column with an event time .*; it has customer \(string\), late \(int\); add a column/,
  )
  await rejected('gaps.csv', /; --time at takes a column that some records leave empty, and these records are rejected$/)
  const { out, err } = await init('gaps', 'gaps.csv', '--time', 'at')
  assert.match(out, /^warning: 20 of 200 records have no at; they will be rejected$/m, err)
  await rejected(
    'mixed.csv',
    /mixed\.csv:3: day is text: "01\/31\/2026" has its day and month in a different order than an earlier date; add/,
  )
})

test('two candidates for the outcome', async () => {
  await rejected(
    'two.csv',
    /^SPILL_INPUT: two\.csv has 2 columns that may be the outcome: late \(.*13 % .*\), returned \(.*20 % .*\); choose with --outcome late, --outcome none for a project without an audit, or --yes for the first$/,
  )
  assert.equal((await init('late', 'two.csv', '--yes')).status, 0)
  assert.match(project.read('late/pipeline.ts'), /Number\(raw\.late\) === 1, \/\/ LABEL/)
  assert.equal((await init('returned', 'two.csv', '--outcome', 'returned=no')).status, 0)
  assert.match(project.read('returned/pipeline.ts'), /happened: !yesNo\(raw\.returned, 'yes', 'no'\), \/\/ LABEL/)
})

test('a file of three records makes a project, with a warning, and its audit says why there is no verdict', async () => {
  const { out } = await init('tiny', 'tiny.csv')
  assert.match(
    out,
    /^warning: tiny\.csv has 3 records, too few to infer from and to audit; check each type and role, or give a longer file$/m,
  )
})

test('a file that is empty, has no records, or is missing', async () => {
  await rejected(
    'empty.csv',
    /^SPILL_FILE: .*empty\.csv is empty; --from needs a file with records, and without --from init makes a sample project$/,
  )
  await rejected('head.csv', /^SPILL_FORMAT: .*head\.csv has no record with fields to infer columns from; give a file with records$/)
  await rejected('ordres.csv', /^SPILL_FILE: .*ordres\.csv does not exist; --from needs the path of .*; did you mean 'orders\.csv'\?$/)
  await rejected('.', /^SPILL_FILE: .* is a folder; name a file$/)
})

test('a folder that is not empty', async () => {
  project.write('busy/notes.txt', '')
  project.write('busy/package.json', '{ "type": "commonjs" }')
  const { out } = await init('busy', 'orders.csv')
  assert.match(out, /^ {2}npm install file:.*\n {2}npm pkg set type=module\n {2}node --test$/m)
  assert.equal(project.read('busy/package.json'), '{ "type": "commonjs" }')
  const { status, err } = await init('busy', 'orders.csv')
  assert.equal(status, 1)
  assert.match(
    err,
    /busy has pipeline\.ts, pipeline\.test\.ts, spillway\.config\.ts, event\.json already, and nothing was written; give another folder, or move the files$/,
  )
})

test('on a terminal it asks, with --yes it does not', t => {
  if (spawnSync('script', ['--version']).error) return t.skip('this system has no command script, which makes a terminal')
  const onTerminal = (args: string, input: string) => {
    const command = `${process.execPath} -C spillway-source ${project.bin} init ${args}`
    return spawnSync('script', ['-qec', command, '/dev/null'], { cwd: project.folder, input, encoding: 'utf8', timeout: 60_000 })
  }
  const { stdout, status } = onTerminal('asked', 'two.csv\n\nnobody\nnone\nreturned\n')
  assert.equal(status, 0, stdout)
  assert.match(
    stdout,
    /A file of your events, .*Enter for a sample[^]*two\.csv has no column "nobody"[^]*Outcome, COLUMN, COLUMN=VALUE or none \[late\][^]*Made pipeline\.ts/,
  )
  assert.match(project.read('asked/pipeline.ts'), /series: 'all',[^]*happened: yesNo\(raw\.returned, 'yes', 'no'\), \/\/ LABEL/)
  const accepted = onTerminal('accepted --from two.csv --yes', '')
  assert.doesNotMatch(accepted.stdout, /Enter accepts/)
  assert.match(project.read('accepted/pipeline.ts'), /Number\(raw\.late\) === 1/)
})
