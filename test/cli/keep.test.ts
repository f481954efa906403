/** `run --keep` from the command line: a log of bounded size. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratchFolder } from '../scratch.ts'
import type { FolderHealth } from '../../src/operate/index.ts'
import { called, calledJson } from './called.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
const folder = scratchFolder('keep')

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const pipelineOf = (window: string) => `import { count, entity, features, model, on, pipeline, rules, source, stream, t } from '${library}'
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: sales, entity: card, place: stream, values: () => ({ n: count('${window}') }) })
const busy = model('busy', { decide: on(sales), inputs: s => ({ n: now.of(s.card).n }), score: v => rules([{ when: v.n.gt(2), score: 1 }], 0) })
export default pipeline('keeping', [busy])
`

test('old events are forgotten, and every command says so', async () => {
  const [pipeline, longer, ever] = ['1h', '2w', 'lifetime'].map(window => write(`${window}.ts`, pipelineOf(window)))
  const data = ['--data', join(folder, 'data')]
  const old = Array.from({ length: 10_000 }, (_, i) => JSON.stringify({ card: `c${i % 7}`, at: Date.UTC(2026, 0, 1) + i * 60_000 }))
  const history = write('history.ndjson', old.join('\n'))
  assert.equal((await called('replay', pipeline, '--source', `sales=${history}`, '--log', data[1])).status, 0)
  const fresh = write('fresh.ndjson', `${JSON.stringify({ card: 'c1', at: Date.now() })}\n`)
  const run = (...args: readonly string[]) => called('run', ...args, '--source', `sales=${fresh}`, '--once', ...data)

  for (const keep of ['soon', '0s', '-1d']) {
    const { status, err } = await run(pipeline, `--keep=${keep}`)
    assert.equal(status, 2)
    assert.match(err, new RegExp(`--keep: .*'${keep}' is no duration`))
  }
  const rejected = await run(ever, '--keep', '1d')
  assert.equal(rejected.status, 1)
  assert.match(rejected.err, /SPILL_UNSUPPORTED: this pipeline needs its whole log.*'n' of group 'now' reaches back.*leave out --keep/)

  assert.equal((await run(pipeline, '--keep', '1d')).status, 0)
  const [report] = await calledJson<FolderHealth>('inspect', '--verify', ...data)
  assert.deepEqual(report.damage, [])
  assert.equal(report.entries, 10_001)
  const begins = report.begins!.entry
  // Whole segments are forgotten; the last one of the history stays unless the fresh record was committed before the check.
  assert.ok(begins > 5000 && begins <= 10_000, `the log begins at entry ${begins}`)
  assert.ok(report.decisions[0].decisions < 10_001 - 5000)
  assert.match(
    (await called('inspect', ...data)).out,
    new RegExp(`starts at entry ${begins.toLocaleString('en')}: events that arrived up to 2026-01-0\\d`),
  )
  const plan = await called('plan', longer, ...data)
  assert.match(plan.out, /now: rebuilt from all [\d,]+ log entr(?:y|ies)\n {4}windows that reach back before 2026-01-0/)
  const past = await called('features', pipeline, 'c1', '--at', '2026-01-01T01:00Z', ...data)
  assert.match(past.err, /SPILL_CLOCK_EVICTED: the log has forgotten what arrived up to/)
  const [{ visibleEvents, features }] = await calledJson<{ visibleEvents: number; features: { n: number } }>(
    'features',
    pipeline,
    'c1',
    ...data,
  )
  assert.deepEqual([visibleEvents, features.n], [10_001, 1])
})
