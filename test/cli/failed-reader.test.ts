/** `spillway run` with a file that cannot be read: the run ends, and its page is sent before, also if it lived for a moment alone. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
export default pipeline('shop', [features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
const records = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ id: `${i}`, card: `c${i % 7}`, at: Date.UTC(2026, 0, 5) + i }))
const project = new Project({ 'pipeline.ts': pipeline, 'payments.ndjson.gz': gzipSync(records.join('\n')).subarray(0, 3000) })
after(() => project[Symbol.dispose]())

test('a reader that fails ends the run with a page about its source, which later starts continue', async () => {
  for (let start = 0; start < 2; start++) {
    const { status, stdout, stderr } = await project.spillway('run', 'pipeline.ts', '--source', 'payments=payments.ndjson.gz')
    const pages = `${stdout}${stderr}`.split('\n').filter(line => line.includes(' page '))
    assert.equal(status, 1, stderr)
    if (start === 0)
      assert.match(pages.join('\n'), /^ {2}page lag-payments-1: source 'payments' is no longer read: .*; see spillway inspect/)
    else assert.deepEqual(pages, [])
  }
  const { stdout } = await project.spillway('alerts', 'list', '--json')
  const listed = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { id: string; state: string })
  assert.deepEqual(
    listed.map(({ id, state }) => `${id} ${state}`),
    ['lag-payments-1 firing'],
  )
})
