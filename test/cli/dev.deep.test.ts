/** `spillway dev` in a separate process: valid and invalid edits while it runs, and its output. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { after, test, type TestContext } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { isFolderHeld } from '../../src/log/sqlite/lock.ts'
import { labelledPipeline } from './chargebacks.ts'
import { Project } from './project.ts'

const pipeline = `
import { action, count, env, entity, features, model, on, pipeline, rules, source, stream, t, webhook } from 'spillway'
import { high } from './scores.ts'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, amount: t.decimal(2, { max: 50 }), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', { decide: on(payments), inputs: p => now.of(p.card), score: v => rules([{ when: v.n.gte(1), score: high }], 0) })
const tell = action('tell', { when: risk.score.gte(0.7), do: webhook(env('SPILLWAY_TEST_NO_SUCH_URL')) })
export default pipeline('shop', [tell])
`

const POLL_MS = 50

const settings = `export default { pipeline: 'pipeline.ts', listen: '127.0.0.1:0', data: 'kept' }`
const project = new Project({ 'pipeline.ts': pipeline, 'scores.ts': 'export const high = 0.5\n', 'dev.config.ts': settings })
after(() => project[Symbol.dispose]())

test('it makes up events, reloads what changes, keeps the last good version, and sends nothing', async t => {
  const args = ['-C', 'spillway-source', project.bin, 'dev', '--config', 'dev.config.ts', '--json']
  // A process group of its own, like that of a terminal.
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const exited = once(child, 'exit')
  // Its child process ends with it.
  t.after(() => child.kill('SIGKILL'))
  let [output, status] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (status += text))
  const until = async (expectation: string, is: () => boolean): Promise<void> => {
    while (!is() && child.exitCode === null) await pause(POLL_MS)
    assert.ok(is(), `${expectation}\n${status}\n${output.slice(-2000)}`)
  }
  const decided = (score: number) => output.includes(`"score":${score},`)
  const takenOver = () => status.split('took over from process').length - 1

  await until('a decision on a made-up event', () => decided(0.5))
  assert.match(status, /effects are printed, not sent: action 'tell': env\('SPILLWAY_TEST_NO_SUCH_URL'\) is not set/)
  assert.match(status, /sending sample events to 'payments' every second/)
  const [, address] = /listening at (\S+),/.exec(status)!

  project.write('scores.ts', 'export const high = 0.75\n')
  await until('a decision of the changed file that is imported', () => decided(0.75))
  await until('what it would send', () => output.includes('"action":"tell"') && output.includes('"state":"dry"'))
  assert.equal(takenOver(), 1)
  assert.ok(
    status
      .trimEnd()
      .split('listening at')
      .slice(1)
      .every(text => text.startsWith(` ${address},`)),
    status,
  )

  project.write('pipeline.ts', pipeline.replace('v.n.gte(1)', 'v.m.gte(1)'))
  await until('what is wrong, with its place', () =>
    /SPILL_DEFINITION: pipeline\.ts:7 .*\n(.*\n)*the previous version continues/.test(status),
  )
  const before = output.length
  await until('the previous version continues', () => output.slice(before).includes('"score":0.75,'))
  assert.equal(takenOver(), 1)

  project.write('pipeline.ts', pipeline.replace("'1h'", "'2h'"))
  await until('the mended version', () => takenOver() === 2 && status.trimEnd().endsWith('turns them off'))
  // Like Ctrl-C: to the process and to the run that is its child.
  process.kill(-child.pid!, 'SIGINT')
  assert.deepEqual(await exited, [0, null], status)
  assert.doesNotMatch(status, /the run ended with exit code|would send/, 'it was asked to, and what would be sent is shown once')
  assert.equal(isFolderHeld(project.path('.spillway/dev')), false)
  assert.ok(
    output
      .trimEnd()
      .split('\n')
      .every(line => 'decision' in JSON.parse(line) || 'effect' in JSON.parse(line)),
  )
})

test('a file that is not there, and a run that cannot begin, end it', async () => {
  const missing = await project.spillway('dev', 'nowhere.ts')
  assert.deepEqual([missing.status, missing.stderr], [1, 'SPILL_FILE: nowhere.ts does not exist; name the pipeline file\n'])
  const listens = await project.spillway('dev', 'pipeline.ts', '--listen', 'nowhere')
  assert.equal(listens.status, 1)
  assert.match(listens.stderr, /--listen nowhere is not PORT or HOST:PORT/)
  assert.equal((await project.spillway('dev')).status, 2)
})

/** `spillway dev` of a project, its output so far, and a way to wait for output. */
function started(t: TestContext, folder: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['-C', 'spillway-source', project.bin, 'dev', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const until = async (expected: string | RegExp): Promise<void> => {
    const isPrinted = () => (typeof expected === 'string' ? output.includes(expected) : expected.test(output))
    // A test that is ended by its timeout reports the output so far.
    t.signal.addEventListener('abort', () => isPrinted() || console.error(`waits for ${expected}\n${output}`), { once: true })
    while (!isPrinted() && child.exitCode === null) await pause(POLL_MS)
    assert.ok(isPrinted(), `${expected}\n${output}`)
  }
  return { child, until, text: () => output }
}

test('an audit of a version reads the configuration of its command', async t => {
  using audited = new Project({ 'pipeline.ts': labelledPipeline(), 'other.config.ts': "export default { prices: 'nowhere.json' }" })
  const { child, until, text } = started(t, audited.folder, 'pipeline.ts', '--config', 'other.config.ts', '--listen', '127.0.0.1:0')
  await until('listening at')
  const [, url] = /listening at (\S+),/.exec(text())!
  const start = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  // The log has no events yet.
  while ((await fetch(`${url}/audit`, start)).status === 409) await pause(POLL_MS)
  type Job = { readonly state: string; readonly error?: string }
  const jobNow = async () => ((await (await fetch(`${url}/audit/job`)).json()) as { readonly job: Job }).job
  let job = await jobNow()
  while (job.state === 'running') {
    await pause(POLL_MS)
    job = await jobNow()
  }
  assert.match(job.error!, /other\.config\.ts prices names nowhere\.json, which does not exist/)
  child.kill('SIGINT')
  await once(child, 'exit')
})

test('a version that loads for ever is told of, and ended when its file is mended or its parent is gone', async t => {
  using looping = new Project({
    'pipeline.ts': pipeline,
    'scores.ts':
      "import { writeFileSync } from 'node:fs'\nwriteFileSync('pid', String(process.pid))\nwhile (true);\nexport const high = 1\n",
  })
  const { child, until } = started(t, looping.folder, 'pipeline.ts', '--listen', '127.0.0.1:0', '--no-samples')
  // It may be reported before it has come to the file that never ends.
  await until(/still loading: pipeline\.ts, or a file that it imports/)
  await holds(() => existsSync(looping.path('pid')) && looping.read('pid') !== '')
  looping.write('scores.ts', 'export const high = 0.5\n')
  await until(/changed before it was ready: starting again\n(.*\n)*.*listening at/)
  assert.equal(isAlive(Number(looping.read('pid'))), false)

  looping.write(
    'scores.ts',
    "import { writeFileSync } from 'node:fs'\nwriteFileSync('pid2', String(process.pid))\nwhile (true);\nexport const high = 1\n",
  )
  await until('changed: starting the new version')
  await holds(() => existsSync(looping.path('pid2')) && looping.read('pid2') !== '')
  const pid = Number(looping.read('pid2'))
  assert.equal(isAlive(pid), true)
  // Like the kernel without memory: no notification.
  child.kill('SIGKILL')
  await holds(() => !isAlive(pid))
  // The version before it ends, too, and releases its folder.
  await holds(() => !isFolderHeld(looping.path('.spillway/dev')))
})

test('a file that is imported before it is there is waited for', async t => {
  using missing = new Project({ 'pipeline.ts': pipeline })
  const { child, until } = started(t, missing.folder, 'pipeline.ts', '--listen', '127.0.0.1:0', '--no-samples')
  await until(/imports scores\.ts, which does not exist\n(.*\n)*nothing runs until a file changes/)
  missing.write('scores.ts', 'export const high = 0.5\n')
  await until('listening at')
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  assert.deepEqual(await exited, [0, null])
})

/** Waits, however slow the machine is; the test runner ends a test that waits for ever. */
async function holds(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(POLL_MS)
}

/** Is a process with this id, which this test's process printed, still alive? */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
