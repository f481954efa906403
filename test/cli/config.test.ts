/** `spillway.config.ts`: commands take from it what their arguments leave out, and say which of its settings is wrong. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { called, calledJson } from './called.ts'
import { Project } from './project.ts'

const pipeline = (name: string, sources = ['payments', 'chargebacks']) => `
import { count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('${sources[0]}', { schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('${sources[1]}', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const cardNow = features('card_now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: cardNow.of(p.card).n }),
  score: logistic({ intercept: -3, weights: { amount: 0.01 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '1d' }),
  train: { algorithm: 'logistic' },
})
export default pipeline('${name}', [risk])
`

const times = Array.from({ length: 2000 }, (_, i) => new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString())
const payments = times.map((at, i) => `p${i},c${i % 7},${(i * 37) % 500},${at}`)
const chargebacks = times.filter((_, i) => (i * 37) % 500 > 350).map(at => `p${times.indexOf(at)},true,${at}`)

const settings = `
  pipeline: 'shop.ts',
  sources: {
    payments: { history: 'history/payments.csv', columns: { amount: 'value' } },
    chargebacks: { history: ['history/chargebacks.csv'] },
  },`
const config = (text: string) => `import { defineConfig } from 'spillway/config'\nexport default defineConfig({${text}\n})\n`

let project: Project
const home = process.cwd()
before(() => {
  project = new Project({
    'spillway.config.ts': config(`${settings}
  data: 'state',
  profiles: {
    live: { data: 'live', sources: { payments: { feed: 'new.ndjson' } } },
    open: { listen: '0.0.0.0:0' },
    lost: { sources: { payments: { history: 'gone.csv' } } },
  },`),
    'shop.ts': pipeline('shop'),
    'history/payments.csv': `id,card,value,at\n${payments.join('\n')}\n`,
    'history/chargebacks.csv': `payment,fraud,at\n${chargebacks.join('\n')}\n`,
    'new.ndjson': '{"id":"a","card":"c1","amount":5,"at":"2026-02-01T00:00Z"}\n',
    'older.ts': pipeline('older'),
    'other.ts': pipeline('other', ['orders', 'refunds']),
    'rows.csv': 'card,t\nc1,2026-01-05T00:00Z\n',
  })
  process.chdir(project.folder)
})
after(() => {
  process.chdir(home)
  project[Symbol.dispose]()
})

test('commands on a history need no argument', async () => {
  const [summary] = await calledJson<{ events: number; models: { decisions: number }[] }>('replay')
  assert.equal(summary.events, payments.length + chargebacks.length)
  assert.equal(summary.models[0].decisions, payments.length)
  const [version] = await calledJson<{ trained: { set: { rows: number } } }>('train')
  assert.ok(version.trained.set.rows > 100)
  const [gap] = await calledJson<{ missing: unknown[] }>('backfill', '--out', 'features', '--dry-run')
  assert.ok(gap.missing.length > 0)
  const [manifest] = await calledJson<{ rows: number }>('training-set', '--rows', 'rows.csv', '--groups', 'card_now', '--out', 'set')
  assert.equal(manifest.rows, 1)
  const audited = await called('audit', '--draws', '100', '--plans', '1', '--json')
  assert.equal(audited.status, 0, audited.err)
  assert.match(
    audited.out,
    /"command": "spillway audit shop\.ts --source payments=history\/payments\.csv .* --column payments\.amount=value /,
  )
})

test('the nearest configuration above counts, and its paths are relative to its own folder', async () => {
  mkdirSync('a/b', { recursive: true })
  process.chdir('a/b')
  try {
    const { status, out, err } = await called('replay', '--show', '0')
    assert.equal(status, 0, err)
    assert.match(out, /^payments +2,000/m)
    assert.match((await called('inspect')).err, /^SPILL_STORE: \.\.\/\.\.\/state is not a data folder/)
  } finally {
    process.chdir(project.folder)
  }
})

test('the command line replaces settings: one source, the data folder, the pipeline', async () => {
  project.write('few.csv', `id,card,value,at\n${payments[0]}\n`)
  const [few] = await calledJson<{ models: { decisions: number }[] }>('replay', '--source', 'payments=few.csv')
  assert.equal(few.models[0].decisions, 1)
  assert.match((await called('train', '--data', 'nowhere')).err, /^SPILL_STORE: nowhere is not a data folder/)
  assert.match((await called('plan', 'older.ts')).out, /Starting 'older' creates it/)
})

test('a profile replaces settings; a run follows the feed', async () => {
  const [run] = await calledJson<{ accepted: number }>('run', '--profile', 'live', '--once')
  assert.equal(run.accepted, 1)
  assert.equal((await calledJson('decisions', '--profile', 'live')).length, 1)
  assert.match((await called('decisions')).err, /^SPILL_STORE: state is not a data folder/)
  const none = await called('run', '--once')
  assert.deepEqual([none.status, none.out], [2, ''])
  assert.match(none.err, /^--once needs files: add --source NAME=FILE, or feed to a source in spillway\.config\.ts/m)
})

const broken: readonly (readonly [name: string, text: string, args: readonly string[], message: RegExp])[] = [
  ['does not compile', 'export default {', ['replay'], /^SPILL_DEFINITION: broken-\d+\/spillway\.config\.ts:1 does not parse or link: /],
  [
    'imports nothing that exists',
    `import './gone.ts'`,
    ['replay'],
    /^SPILL_DEFINITION: broken-\d+\/spillway\.config\.ts:1 imports .*gone\.ts, which does not/,
  ],
  [
    'has no default export',
    'export {}',
    ['replay'],
    /^SPILL_DEFINITION: broken-\d+\/spillway\.config\.ts has no default export; end it with/,
  ],
  [
    'has an unknown key',
    config(`\n  pipline: 'p.ts'`),
    ['replay'],
    /^SPILL_DEFINITION: broken-\d+\/spillway\.config\.ts:2 the configuration has no option 'pipline'; did you mean 'pipeline'\?$/,
  ],
  [
    'has an unknown key in a plain object',
    'export default { sources: { payments: { histroy: 1 } } }',
    ['replay'],
    /^SPILL_DEFINITION: broken-\d+\/spillway\.config\.ts sources\.payments has no option 'histroy'; did you mean 'history'\?$/,
  ],
  ['has a value of another type', config(`profiles: { live: { data: 5 } }`), ['replay'], /:2 profiles\.live\.data is a path, got 5$/],
  ['has an address that is none', config(`listen: 'port 80'`), ['run'], /:2 listen is a port or HOST:PORT, got 'port 80'$/],
  [
    'has a database as a history',
    config(`pipeline: '../shop.ts', sources: { payments: { history: 'pg:payments' } }`),
    ['replay'],
    /^SPILL_INPUT: \S+ sources\.payments\.history is a file, and pg:payments is an outbox in PostgreSQL; write it as feed$/,
  ],
  [
    'names an unknown source',
    config(`pipeline: '../shop.ts', sources: { paymets: {} }`),
    ['plan'],
    /^SPILL_NOT_FOUND: broken-\d+\/spillway\.config\.ts sources\.paymets is not a source of pipeline 'shop'; did you mean 'payments'\?$/,
  ],
  [
    'names an unknown column',
    config(`pipeline: '../shop.ts', sources: { payments: { columns: { amuont: 'value' } } }`),
    ['plan'],
    /^SPILL_NOT_FOUND: broken-\d+\/spillway\.config\.ts sources\.payments\.columns\.amuont is not a column of source 'payments'; did you mean 'amount'\?$/,
  ],
  [
    'names a missing pipeline',
    config(`pipeline: 'gone.ts'`),
    ['plan'],
    /^SPILL_FILE: broken-\d+\/spillway\.config\.ts pipeline names broken-\d+\/gone\.ts, which does not exist$/,
  ],
  [
    'names a missing file of prices',
    config(`pipeline: '../shop.ts', prices: 'prices.json'`),
    ['audit'],
    /^SPILL_FILE: broken-\d+\/spillway\.config\.ts prices names broken-\d+\/prices\.json, which does not exist$/,
  ],
]

for (const [i, [name, text, args, message]] of broken.entries())
  test(`a configuration that ${name}`, async () => {
    project.write(`broken-${i}/spillway.config.ts`, text)
    const { status, out, err } = await called(...args, '--config', `broken-${i}/spillway.config.ts`)
    assert.deepEqual([status, out], [1, ''])
    assert.match(err, message)
    assert.equal(err.split('\n').length, 1)
  })

const conflicts: readonly (readonly [args: readonly string[], status: number, message: RegExp])[] = [
  [
    ['replay', '--profile', 'lost'],
    1,
    /^SPILL_FILE: spillway\.config\.ts profiles\.lost\.sources\.payments\.history names gone\.csv, which does not exist$/,
  ],
  [['replay', '--profile', 'lve'], 1, /^SPILL_NOT_FOUND: spillway\.config\.ts profiles has no profile 'lve'; did you mean 'live'\?$/],
  [['replay', '--config', 'gone.ts'], 1, /^SPILL_FILE: gone\.ts does not exist; it was given as --config$/],
  [
    ['plan', 'other.ts'],
    1,
    /^SPILL_NOT_FOUND: spillway\.config\.ts sources\.payments is not a source of pipeline 'other'; there is orders, refunds; other\.ts takes the place of shop\.ts$/,
  ],
  [
    ['run', '--profile', 'open', '--no-auth'],
    1,
    /^SPILL_INPUT: spillway\.config\.ts profiles\.open\.listen is 0\.0\.0\.0:0, which other machines can reach, .*leave --no-auth out/,
  ],
  [['replay', '--log', 'imported'], 1, /^SPILL_UNSUPPORTED: an import \(--log\) cannot rename columns/],
]

for (const [args, expected, message] of conflicts)
  test(`a setting that contradicts ${args.join(' ')}`, async () => {
    const { status, err } = await called(...args)
    assert.equal(status, expected)
    assert.match(err, message)
  })

test('without a configuration: a profile is a mistake, and the pipeline is asked for', async () => {
  process.chdir(home)
  try {
    const { status, err } = await called('replay', '--profile', 'live')
    assert.equal(status, 2)
    assert.match(err, /^--profile live needs spillway\.config\.ts, which is neither here nor in a folder above$/m)
    assert.match((await called('replay')).err, /^name the pipeline file$/m)
  } finally {
    process.chdir(project.folder)
  }
})
