/** `spillway runs`: the ledger beside a run and after one that ended in the middle, and invalid calls. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import type { Pipeline } from '../../src/define/pipeline.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { called } from './called.ts'
import { Project } from './project.ts'

const file = (
  place: string,
): string => `import { batch, count, entity, features, model, on, pipeline, rules, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const usual = features('usual', { from: sales, entity: card, ${place} values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(sales), inputs: s => usual.of(s.card), score: () => rules([], 0) })
export default pipeline('shop', [busy])
`
const project = new Project({ 'pipeline.ts': file(''), 'streamed.ts': file('place: stream,') })
const data = (name: string): string => project.path(name)
const pipelineOf = async (name: string): Promise<Pipeline> => ((await import(data(name))) as { default: Pipeline }).default
let beside: string

before(async () => {
  // A run that never ends by itself, only with its process.
  const compute = (_job: unknown, _taker: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.throwIfAborted()
      signal.addEventListener('abort', () => reject(new Error('stopped')))
    })
  const running = await LiveRun.open(await pipelineOf('pipeline.ts'), data('left'), { compute })
  await running.run.submit('sales', recordBatchOf([{ card: 'a', at: Date.now() }]))
  do {
    running.run.tick()
    await pause(10)
    beside = (await called('runs', '--data', data('left'))).out
  } while (!beside.startsWith('1 '))
  await running.stop()
  const streamed = await LiveRun.open(await pipelineOf('streamed.ts'), data('streamed'))
  await streamed.stop()
})
after(() => project[Symbol.dispose]())

test('a run that is being made is running, and one that nobody makes any more is left off', async () => {
  assert.match(beside, /^1 {2}usual {2}of \S+Z {2}\[running, began /)
  assert.match((await called('runs', '--data', data('left'))).out, /^1 {2}usual {2}of \S+Z {2}\[interrupted, began /)
})

test('where there are none it says of which groups they would be', async () => {
  const { status, out } = await called('runs', '--data', data('streamed'))
  assert.deepEqual([status, out], [0, 'No batch runs: the pipeline of this folder has no group that is placed batch or hybrid.'])
})

const mistakes: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['a group that has none', ['--group', 'usul'], 1, /^SPILL_NOT_FOUND: there are no batch runs of a group 'usul'; did you mean 'usual'\?/],
  ['no such run', ['check', '9'], 1, /^SPILL_NOT_FOUND: there is no batch run 9; spillway runs lists them/],
  ['one that is not done', ['check', '1'], 1, /^SPILL_PRECONDITION: run 1 is running: there is nothing to compare with/],
  ['a number for the list', ['list', '3'], 2, /^runs list takes no numbers; to recompute a run: runs check 3/],
  ['no number', ['check'], 2, /^name the numbers of runs: runs check 12/],
  ['what is for the list', ['check', '1', '--group', 'usual'], 2, /^--group and --last are for the list/],
]

for (const [name, args, code, message] of mistakes)
  test(`asked wrongly: ${name}`, async () => {
    const { status, err } = await called('runs', ...args, '--data', data('left'))
    assert.equal(status, code, err)
    assert.match(err, message)
  })
