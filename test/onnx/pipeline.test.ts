/** A pipeline with a score in an ONNX file decides the same in a test, over files, through a log, and in a replay of that log. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../cli/project.ts'
import { logisticGraph } from './graphs.ts'
import { needsOnnxRuntime } from './runtime.ts'

const pipeline = `import { after, count, entity, features, model, on, onnx, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at', arrives: after('1s'),
})
const recent = features('recent', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), mean: p.amount.mean('1h') }) })
export const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, recent: recent.of(p.card) }),
  score: onnx(new URL('risk.onnx', import.meta.url), { inputs: ['amount', 'recent.n', 'recent.mean'] }),
})
export default pipeline('shop', [risk])
`
const lines = Array.from({ length: 300 }, (_, i) =>
  JSON.stringify({ card: `c${i % 7}`, amount: ((i * 37) % 101) / 4, at: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString() }),
)

test('an ONNX score is the same in a test, over files, through a log, and in its replay', needsOnnxRuntime, async () => {
  using project = new Project({
    'pipeline.ts': pipeline,
    'risk.onnx': logisticGraph([0.05, 0.2, -0.04], -1.5),
    'payments.ndjson': lines.join('\n'),
  })
  const source = ['--source', 'payments=payments.ndjson']
  const scoresIn = (name: string) => project.lines(name).map(line => (line as { score: number }).score)
  const ran = async (...args: readonly string[]) => {
    const { status, stderr } = await project.spillway(...args)
    assert.equal(status, 0, stderr)
  }
  await ran('replay', 'pipeline.ts', ...source, '--out', 'memory.ndjson')
  await ran('replay', 'pipeline.ts', ...source, '--out', 'logged.ndjson', '--log', 'data')
  const scores = scoresIn('memory.ndjson')
  assert.equal(scores.length, 300)
  assert.ok(new Set(scores).size > 100 && scores.every(score => score > 0 && score < 1))
  assert.deepEqual(scoresIn('logged.ndjson'), scores)
  await ran('reconcile', 'pipeline.ts', '--data', 'data')
  // The same file decides on; another file is another pipeline.
  const before = await project.spillway('plan', 'pipeline.ts', '--data', 'data')
  project.write('risk.onnx', logisticGraph([0.05, 0.2, -0.04], -1.4))
  const after = await project.spillway('plan', 'pipeline.ts', '--data', 'data')
  assert.notEqual(after.stdout, before.stdout)
  assert.match(after.stdout, /another score \(onnx → onnx\)/)
})
