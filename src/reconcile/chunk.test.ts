import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../test/cli/called.ts'
import { labelledPipeline, shopHistory } from '../../test/cli/chargebacks.ts'
import { Project } from '../../test/cli/project.ts'
import type { ScoreIR } from '../define/ir/ir.ts'
import type { ReconcileReport } from './reconcile-report.ts'

const train = "train: { algorithm: 'logistic' }"
let project: Project

// Two payments of one card at one time, decided by a promoted version. The first does not know the second.
before(async () => {
  const now = Date.now()
  const { payments, chargebacks } = shopHistory()
  project = new Project({
    'pipeline.ts': labelledPipeline(train),
    'changed.ts': labelledPipeline(train, "n: count('2d')"),
    'payments.ndjson': payments,
    'chargebacks.ndjson': chargebacks,
    'live.ndjson': ['a', 'b'].map(id => JSON.stringify({ id, card: 'c1', amount: 90, at: now })).join('\n'),
  })
  const files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  const pipeline = project.path('pipeline.ts')
  const data = ['--data', project.path('data')]
  for (const args of [
    ['replay', pipeline, ...files, '--log', project.path('data'), '--show', '0'],
    ['train', pipeline, ...data],
    ['models', pipeline, 'promote', '1', ...data],
    ['run', pipeline, '--source', `payments=${project.path('live.ndjson')}`, '--once', ...data],
  ]) {
    const { status, err } = await called(...args)
    assert.equal(status, 0, err)
  }
})
after(() => project[Symbol.dispose]())

const fraudToday = async (file: string) => {
  // Changed definitions are a mismatch, with exit code 1.
  const { out } = await called('reconcile', project.path(file), '--model', 'fraud', '--data', project.path('data'), '--json')
  const report = JSON.parse(out) as ReconcileReport
  return report.today[0]
}

test('a changed score today is that of the scoring version', async () => {
  const [score] = await calledJson<Extract<ScoreIR, { readonly terms: readonly unknown[] }>>(
    'models',
    project.path('pipeline.ts'),
    'show',
    '1',
    '--score',
    '--data',
    project.path('data'),
  )
  const values: Readonly<Record<string, number>> = { amount: 90, 'now.n': 2, 'now.mean': 90 }
  const terms = score.terms.map(({ input, weight = 0, mean = 0, scale = 1 }) => (weight * (values[input] - mean)) / scale)
  const expected = 1 / (1 + Math.exp(-terms.reduce((sum, term) => sum + term, score.intercept)))
  const { decisions, unscored, examples } = await fraudToday('pipeline.ts')
  assert.deepEqual([decisions, unscored], [1, 0])
  assert.ok(Math.abs(examples[0].today! - expected) < 1e-12, `${examples[0].today} is not ${expected}`)
})

test('SQL has no score of a version trained on other inputs', async () => {
  const { decisions, unscored } = await fraudToday('changed.ts')
  assert.deepEqual([decisions, unscored], [0, 1])
})
