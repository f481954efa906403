import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { JobThread, runThreadJob } from './job-thread.ts'

const folder = scratchFolder('job-thread')
const never = new AbortController().signal

/** The file of a thread that runs this code. */
function threadOf(code: string): URL {
  const file = join(folder, 'thread.mjs')
  writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads'\n${code}`)
  return pathToFileURL(file)
}

const run = (code: string, signal = never, onStop = (thread: JobThread): void => thread.post('stop')): Promise<unknown> =>
  runThreadJob({ file: threadOf(code), name: 'the report', data: 7, signal, onStop })

test('a job gets its data, and answers with its result or its error', async () => {
  assert.equal(await run(`parentPort.postMessage({ kind: 'done', result: workerData * 6 })`), 42)
  await assert.rejects(run(`parentPort.postMessage({ kind: 'failed', code: 'SPILL_DATA', message: 'damaged' })`), {
    code: 'SPILL_DATA',
    message: 'damaged',
  })
})

test('a thread that ends without a result names the job and the reason', async () => {
  for (const [code, reason] of [
    ['process.exit(3)', 'exit code 3'],
    ['', 'exit code 0'],
    [`throw new Error('no such library')`, 'no such library'],
  ])
    await assert.rejects(run(code), { code: 'SPILL_THREAD', message: `the thread of the report ended without a result: ${reason}` })
})

test('a thread that runs out of memory is no stop', async () => {
  const file = threadOf('const all = []; for (;;) all.push(new Array(1000).fill(all.length))')
  const job = { file, name: 'the report', data: 0, signal: never, onStop: () => {}, resourceLimits: { maxOldGenerationSizeMb: 8 } }
  await assert.rejects(runThreadJob(job), { code: 'SPILL_THREAD', message: /memory/ })
})

test('a stop notifies the thread, which may end with or without an answer, or terminates it', async () => {
  const stopped = { code: 'SPILL_STOPPED', message: 'the report was stopped' }
  const waits = (then: string): string => `parentPort.once('message', () => { ${then} })`
  const stopping = new AbortController()
  const ends = run(waits('process.exit(1)'), stopping.signal)
  stopping.abort()
  await assert.rejects(ends, stopped)
  assert.equal(await run(waits(`parentPort.postMessage({ kind: 'done', result: 'in time' })`), AbortSignal.abort()), 'in time')
  await assert.rejects(
    run(waits(''), AbortSignal.abort(), thread => thread.terminate()),
    stopped,
  )
})

test('a thread runs one command after another, with progress, and rejects those after its end', async () => {
  const code = `parentPort.on('message', n => {
    if (n < 0) process.exit(0)
    parentPort.postMessage({ kind: 'progress', progress: n })
    parentPort.postMessage({ kind: 'done', result: n + 1 })
  })`
  const thread = new JobThread<number>(threadOf(code), 'the batch run')
  const progress: number[] = []
  for (const n of [1, 2]) assert.equal(await thread.run<number>(n, each => void progress.push(each)), n + 1)
  assert.deepEqual(progress, [1, 2])
  await assert.rejects(thread.run(-1), { code: 'SPILL_THREAD' })
  await assert.rejects(thread.run(1), { code: 'SPILL_THREAD' })
})
