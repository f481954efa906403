/** `spillway training-set --labels`: labels beside decisions, from files and from a log, and its messages. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openInput } from '../../src/files/open-input.ts'
import type { TrainingManifest } from '../../src/replay/training-folder.ts'
import { called, calledJson } from './called.ts'
import { begun, labelledPipeline, shopHistory } from './chargebacks.ts'
import { Project } from './project.ts'

const DAY = 86_400_000
/** With a model whose outcome is that a card pays nothing. */
const withIdle = labelledPipeline()
  .replace('count, entity', 'count, doesNotHappen, entity')
  .replace(
    /export default .*/,
    `export const idle = model('idle', {
  decide: every('6h', card, { live: '2d' }),
  inputs: c => ({ now: now.of(c.card) }),
  label: doesNotHappen(payments, { by: 'card', within: '6h', lateness: '6h', where: p => p.amount.gt(20) }),
  score: linear({ intercept: 0, weights: { 'now.n': 1 } }),
})
export default pipeline('shop', [fraud, spree, idle])`,
  )
const horizons: Readonly<Record<string, number>> = { fraud: 3 * DAY, spree: DAY / 2, idle: DAY / 2 }
let project: Project
let files: string[]
let log: string[]

before(async () => {
  const { payments, chargebacks } = shopHistory()
  project = new Project({ 'pipeline.ts': withIdle, 'payments.ndjson': payments, 'chargebacks.ndjson': chargebacks })
  files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  log = ['--data', project.path('data')]
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...files, '--log', project.path('data'), '--show', '0')
  assert.equal(status, 0, err)
})
after(() => project[Symbol.dispose]())

const command = (out: string, ...args: readonly string[]) => {
  return ['training-set', project.path('pipeline.ts'), '--decisions', '--out', project.path(out), ...args]
}
const make = async (...args: Parameters<typeof command>) => (await calledJson<TrainingManifest>(...command(...args)))[0]

async function rowsOf(out: string): Promise<Record<string, unknown>[]> {
  const rows: unknown[] = []
  for await (const { records } of (await openInput(project.path(`${out}/rows.parquet`))).batches()) rows.push(...records)
  return rows as Record<string, unknown>[]
}

for (const model of ['fraud', 'spree', 'idle'])
  test(`labels of ${model}: from a log as from files, as of any time, hashed with the rows`, async () => {
    const args = ['--model', model, '--labels']
    const plain = await make('plain', '--model', model, ...files)
    for (const extra of [[], ['--as-of', new Date(begun + 9 * DAY).toISOString()], ['--settled'], ['--sample', '0.5']]) {
      const replayed = await make('replayed', ...args, ...files, ...extra)
      const recorded = await make('recorded', ...args, ...log, ...extra)
      assert.equal(recorded.sha256, replayed.sha256)
      assert.deepEqual(recorded.labels, replayed.labels)
      assert.notEqual(replayed.sha256, plain.sha256)
      const { at, positive, negative, unknown, notEligible, unsettled = 0 } = replayed.labels!
      const rows = await rowsOf('replayed')
      assert.equal(rows.length, positive + negative + unknown + notEligible)
      const counted = (label: unknown) => rows.filter(row => row['label'] === label).length
      assert.deepEqual([counted(true), counted(false), counted(null)], [positive, negative, unknown + notEligible])
      assert.ok(positive > 0 && negative > 0)
      assert.ok(rows.every(({ t }) => Number(t) <= at))
      if (extra[0] === '--settled') {
        assert.deepEqual([unknown, notEligible, rows.length + unsettled], [0, 0, plain.rows])
        assert.ok(rows.every(({ t }) => Number(t) <= at - horizons[model]))
      }
    }
    const { labels } = await make('all', ...args, ...files)
    assert.ok(labels!.unknown > 0)
    assert.ok(model === 'idle' || (model === 'fraud' ? labels!.late : labels!.notEligible) > 0)
  })

test('a person is told what there is of labels', async () => {
  const { status, out, err } = await called(...command('told', '--model', 'fraud', '--labels', '--settled', ...files))
  assert.equal(status, 0, err)
  assert.match(
    out,
    /^ {2}labels as known at 2026-01-20T23:30:00\.000Z: \d+ true, \d+ false, 0 unknown, 0 not eligible, \d+ labels too late, \d+ rows left out that are not settled$/m,
  )
})

test('wrong use, and a model without a label, are told so', async () => {
  const usage = async (message: RegExp, ...args: readonly string[]) => {
    const { status, err } = await called('training-set', project.path('pipeline.ts'), '--out', project.path('none'), ...args)
    assert.equal(status, 2)
    assert.match(err, message)
  }
  await usage(/^--labels needs --decisions/, '--rows', 'r.csv', '--labels')
  await usage(/^--settled and --as-of need --labels/, '--decisions', '--settled')
  await usage(/^--as-of yesterday is not a time/, '--decisions', '--labels', '--as-of', 'yesterday')
  const bare = labelledPipeline().replace(/ {2}label: labelFrom.*\n/, '')
  project.write('bare.ts', bare)
  for (const history of [files, log]) {
    const args = ['--decisions', '--labels', '--model', 'fraud', '--out', project.path('none'), ...history]
    const { status, err } = await called('training-set', project.path('bare.ts'), ...args)
    assert.equal(status, 1)
    assert.match(err, /^(SPILL_INPUT: model 'fraud' has no label|SPILL_NOT_FOUND: pipeline 'shop' has no source 'chargebacks')/)
  }
})
