/** `spillway run` replaces its own process; other commands continue in theirs. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
console.error('as', process.pid, process.ppid, ...process.execArgv)
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
export default pipeline('shop', [features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
const project = new Project({ 'pipeline.ts': pipeline, 'payments.ndjson': '{"card":"c","at":"2026-01-01T00:00:00Z"}\n' })
after(() => project[Symbol.dispose]())

const startedAs = (stderr: string): string[] => /^as (.*)$/m.exec(stderr)![1].split(' ')

test('a run has no more threads than processors, is the process that was started, and reads what it was given', async () => {
  const { status, stderr, stdout } = await project.shell(
    `"${process.execPath}" ${project.bin} run pipeline.ts --source payments=payments.ndjson --once --json & echo started $! $$; wait $!`,
  )
  assert.equal(status, 0, stderr)
  const [, child, shell] = /^started (\d+) (\d+)$/m.exec(stdout)!
  assert.deepEqual(startedAs(stderr), [child, shell, '--v8-pool-size=0'])
  assert.match(stdout, /"accepted":1\b/)
})

test('a command that computes and ends has as many threads as V8 takes', async () => {
  const { status, stderr } = await project.spillway('plan', 'pipeline.ts')
  assert.equal(status, 0, stderr)
  assert.deepEqual(startedAs(stderr).slice(2), [])
})
