/** `spillway train` and `spillway models`: on the log of a data folder, and on files with a separate registry. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Pipeline } from '../../src/define/index.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import type { TrainingManifest } from '../../src/replay/training-folder.ts'
import type { ModelVersion } from '../../src/training/registry/version.ts'
import { auditOf, done } from './audit-lines.ts'
import { called, calledJson } from './called.ts'
import { begun, labelledPipeline, shopHistory } from './chargebacks.ts'
import { Project } from './project.ts'

const rule = "train: { algorithm: 'logistic', promote: { metric: 'auc', atLeast: 0.6 } }"
let project: Project
let files: string[]
let log: string[]
let registry: string[]

before(async () => {
  const { payments, chargebacks } = shopHistory()
  project = new Project({
    'pipeline.ts': labelledPipeline(rule),
    'hand.ts': labelledPipeline("train: { algorithm: 'trees', rounds: 20, leaves: 4 }"),
    'changed.ts': labelledPipeline(rule, "n: count('2d')"),
    'payments.ndjson': payments,
    'chargebacks.ndjson': chargebacks,
    'untrained.ts': labelledPipeline(),
    'flawed.ndjson': `${payments}oops\n`,
    'none.ndjson': `{"payment":"none","fraud":true,"at":${begun}}\n`,
  })
  files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  log = ['--data', project.path('data')]
  registry = ['--registry', project.path('registry')]
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...files, '--log', project.path('data'), '--show', '0')
  assert.equal(status, 0, err)
})
after(() => project[Symbol.dispose]())

const train = async (...args: readonly string[]) => (await calledJson<ModelVersion>('train', project.path('pipeline.ts'), ...args))[0]
const models = (...args: readonly string[]) => called('models', project.path('pipeline.ts'), ...args)
const stateOf = async (where: readonly string[]) =>
  (await calledJson<ModelVersion>('models', project.path('pipeline.ts'), ...where)).map(({ state }) => state)

test('on the log as on files: the same score of the same rows, which are those of the training set', async () => {
  const logged = await train(...log)
  const filed = await train(...files)
  assert.deepEqual([logged.number, logged.state, logged.why], [1, 'candidate', 'command'])
  const { schemas, ...set } = logged.trained!.set
  assert.deepEqual({ ...logged.trained, set }, filed.trained)
  assert.deepEqual(schemas, { payments: 1, chargebacks: 1 })
  const setArgs = ['--decisions', '--labels', '--settled', '--model', 'fraud', '--out', project.path('set')]
  const [manifest] = await calledJson<TrainingManifest>('training-set', project.path('pipeline.ts'), ...setArgs, ...files)
  assert.equal(manifest.sha256, set.sha256)
  assert.deepEqual([manifest.rows, manifest.labels!.positive, manifest.labels!.unsettled], [set.rows, set.positive, set.unsettled])
  const again = await train(...log)
  assert.deepEqual(again.trained, { ...logged.trained, ...(again.trained!.champion && { champion: again.trained!.champion }) })
  assert.deepEqual(await stateOf(log), ['candidate', 'candidate'])
})

test('on files it says what was rejected', async () => {
  const flawed = ['--source', `payments=${project.path('flawed.ndjson')}`, ...files.slice(2)]
  const { status, err } = await called('train', project.path('pipeline.ts'), ...flawed)
  assert.equal(status, 0, err)
  assert.match(err, /^warning: 1 record rejected; the first: .*flawed\.ndjson:\d+: not JSON/m)
})

test('a promotion in a data folder waits for a run, and is a line of the operator log', async () => {
  const listed = await models(...log)
  assert.match(listed.out, /^version 2 of 'fraud' scores once a run starts: auc 0\.\d+/m)
  const { status, out } = await models('promote', '1', ...log)
  assert.equal(status, 0)
  assert.equal(out, "version 1 of 'fraud' scores once a run starts, from its first entry on")
  assert.match((await models(...log)).out, /^version 1 of 'fraud' scores once a run starts: by hand$/m)
  assert.match(
    (await models('rollback', ...log)).err,
    /nothing to go back from; version 1 waits for a run, and models … promote 0 takes that back$/,
  )
  const run = ['run', project.path('pipeline.ts'), ...files, ...log, '--once']
  const ran = await called(...run)
  assert.equal(ran.status, 0, ran.err)
  assert.deepEqual(await stateOf(log), ['champion', 'candidate'])
  const plan = await called('plan', project.path('changed.ts'), ...log, '--check')
  assert.equal(plan.status, 3)
  assert.match(
    plan.out,
    /^ {2}model fraud: version 1, which scores now, is taken out of use, since it was trained on other inputs: .*\. Then nothing scores until another version is promoted; spillway train makes one$/m,
  )
  const audited = readFileSync(project.path('data/audit.ndjson'), 'utf8')
  assert.match(audited, /"command":"train","target":"fraud","outcome":"done"/)
  assert.match(audited, /"command":"models promote","target":"fraud","outcome":"done","detail":"version 1"/)
  const back = await models('rollback', ...log)
  assert.equal(back.out, "the own score of 'fraud' scores once a run starts, from its first entry on")
})

test('a run that holds the folder promotes and rolls back at once', async () => {
  const { default: pipeline } = (await import(pathToFileURL(project.path('pipeline.ts')).href)) as { default: Pipeline }
  const data = project.path('data')
  const live = await LiveRun.open(pipeline, data)
  try {
    await serveRunControl(live, { pipeline, data, onReport: assert.fail })
    assert.deepEqual(await models('promote', '2', ...log), { status: 0, out: "version 2 of 'fraud' is the champion", err: '' })
    assert.deepEqual(await stateOf(log), ['retired', 'champion'])
    const [back] = await calledJson('models', project.path('pipeline.ts'), 'rollback', ...log)
    assert.deepEqual(back, { model: 'fraud', version: 0, waitsForRun: false })
    assert.deepEqual(await stateOf(log), ['retired', 'retired'])
    assert.match((await models('promote', '9', ...log)).err, /^SPILL_PRECONDITION: model 'fraud' has no version 9; there are 1, 2$/)
  } finally {
    await live.stop()
  }
  assert.deepEqual(auditOf(data).lines.slice(-3).map(done), [
    ['models promote', 'fraud', 'done', 'version 2'],
    ['models rollback', 'fraud', 'done', 'version 0'],
    ['models promote', 'fraud', 'rejected', 'SPILL_PRECONDITION'],
  ])
})

test('in a registry of files a version is the champion at once, and the next is judged beside it', async () => {
  const first = await train(...files, ...registry)
  assert.deepEqual([first.number, first.state], [1, 'champion'])
  const trained = await called('train', project.path('pipeline.ts'), ...files, ...registry)
  assert.equal(trained.status, 0, trained.err)
  assert.match(trained.out, /^version 2 of 'fraud': logistic on \d+ decisions, \d+ of them true, up to /m)
  assert.match(trained.out, /^version 1 +\d+ +\d+ +0\.\d{4} +0\.\d{4} +0\.\d{4} +0\.\d{4}$/m)
  assert.match(trained.out, /better by 0\.0000; it is the champion$/m)
  assert.deepEqual(await stateOf(registry), ['retired', 'champion'])
  assert.equal((await models('rollback', ...registry)).out, "version 1 of 'fraud' is the champion")
  assert.deepEqual(await stateOf(registry), ['champion', 'retired'])
  const shown = await models('show', '2', ...registry)
  assert.match(shown.out, /^ {2}inputs +amount \([0-9a-f]{6}\), now\.n /m)
  assert.match(shown.out, /^ {2}scores +from entry 0 on, .*better by 0\.0000$/m)
  const [score] = await calledJson<{ kind: string }>('models', project.path('pipeline.ts'), 'show', '2', '--score', ...registry)
  assert.equal(score.kind, 'logistic')
  const compared = await models('compare', '2', ...registry)
  assert.match(compared.out, /^version 2 .*\nversion 1 .*\nauc 0/m)
  const [{ champion }] = await calledJson<{ champion: { version: number } }>(
    'models',
    project.path('pipeline.ts'),
    'compare',
    '2',
    ...registry,
  )
  assert.equal(champion.version, 1)
})

test('by an older file the version that was trained on its inputs is the champion, and the list says why the newer one is not', async () => {
  const own = ['--registry', project.path('two-files')]
  await train(...files, ...own)
  const [newer] = await calledJson<ModelVersion>('train', project.path('changed.ts'), ...files, ...own)
  assert.deepEqual([newer.number, newer.state], [2, 'champion'])
  const by = async (file: string) => (await calledJson<ModelVersion>('models', project.path(file), ...own)).map(({ state }) => state)
  assert.deepEqual(await by('changed.ts'), ['retired', 'champion'])
  assert.deepEqual(await by('pipeline.ts'), ['champion', 'retired'])
  const { out } = await models(...own)
  assert.match(
    out,
    /^version 2 of 'fraud' was promoted and cannot score, since it was trained on other inputs: .*; version 1, which scored before, scores until another version is promoted$/m,
  )
  assert.match((await models('show', '1', ...own)).out, /^ {2}state +champion$/m)
})

test('by hand: what a person is told, and nothing scores before somebody says so', async () => {
  const { out, status, err } = await called('train', project.path('hand.ts'), ...files, '--registry', project.path('hand'))
  assert.equal(status, 0, err)
  assert.match(out, /^version 1 of 'fraud': trees on /)
  assert.match(out, /promoted by hand: spillway models promote; spillway models … promote 1 --registry .*hand makes it the champion$/)
  assert.match((await called('train', project.path('hand.ts'), ...files)).out, /it is not stored: add --registry DIR$/)
})

test('an impossible training is an error, and a failed one is kept with its reason', async () => {
  const bad = async (message: RegExp, command: string, file: string, ...args: readonly string[]) => {
    const { status, err } = await called(command, project.path(file), ...args)
    assert.equal(status, 1, err)
    assert.match(err, message)
  }
  await bad(
    /^SPILL_PRECONDITION: version 1 of model 'fraud' cannot score: it was trained on other inputs: input 'now\.n' is defined otherwise/,
    'models',
    'changed.ts',
    'promote',
    '1',
    ...registry,
  )
  await bad(/^SPILL_NOT_FOUND: model 'fraud' has no version 9; there is 1 to 2$/, 'models', 'pipeline.ts', 'show', '9', ...registry)
  await bad(
    /^SPILL_STORE: .*nowhere does not exist; create a registry with spillway train/,
    'models',
    'pipeline.ts',
    '--registry',
    project.path('nowhere'),
  )
  await bad(/^SPILL_INPUT: pipeline 'shop' has no trained model; add train/, 'models', 'untrained.ts', ...registry)
  await bad(/^SPILL_INPUT: --as-of 2099-\S+Z is in the future/, 'train', 'pipeline.ts', '--as-of', '2099-01-01T00:00Z', ...log)
  await bad(/^SPILL_INPUT: --as-of 2099-\S+Z is in the future/, 'train', 'pipeline.ts', '--as-of', '2099-01-01T00:00Z', ...files)
  await bad(
    /^SPILL_TRAINING: the model has decided about nothing by 2020-/,
    'train',
    'pipeline.ts',
    '--as-of',
    '2020-01-01T00:00Z',
    ...files,
  )
  await bad(/^SPILL_INPUT: model 'spree' is not trained; give it train/, 'train', 'pipeline.ts', '--model', 'spree', ...files)
  await bad(/^SPILL_STORE: .* is not a data folder/, 'train', 'pipeline.ts', '--data', project.path('nowhere'))
  const none = ['--source', `payments=${project.path('payments.ndjson')}`, '--source', `chargebacks=${project.path('none.ndjson')}`]
  await bad(/^SPILL_TRAINING: none of \d+ rows has the label 1/, 'train', 'pipeline.ts', ...none, ...registry)
  assert.deepEqual((await stateOf(registry)).at(-1), 'failed')
  await bad(
    /^SPILL_PRECONDITION: version 3 of model 'fraud' has no score: none of \d+ rows/,
    'models',
    'pipeline.ts',
    'promote',
    '3',
    ...registry,
  )
})

const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no pipeline', ['train'], /^name the pipeline file/],
  ['two histories', ['train', 'p.ts', '--source', 'a=b', '--data', 'c'], /^--source and --data are two histories/],
  ['a registry without files', ['train', 'p.ts', '--registry', 'r'], /^--registry needs --source/],
  ['no verb', ['models', 'p.ts', 'promot', '1'], /^models has no subcommand 'promot'; did you mean 'promote'\?/],
  ['no number', ['models', 'p.ts', 'promote'], /^name the number of a version: models promote 3/],
  ['too much', ['models', 'p.ts', 'rollback', '3'], /^models rollback takes no more arguments/],
  ['no last', ['models', 'p.ts', '--last', '0'], /^--last 0 is not a whole number from 1/],
]

for (const [name, args, message] of usage)
  test(`wrong use: ${name}`, async () => {
    const { status, err } = await called(...args)
    assert.equal(status, 2)
    assert.match(err, message)
  })
