/** A process takes over from a running one: nothing is lost, nothing is repeated, and the features are those of the new one. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { openRunFolder } from '../../src/operate/take-over.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { isFolderHeld } from '../../src/log/sqlite/lock.ts'
import { recordedDecisions } from '../../src/run/decide/recorded-decision.ts'
import { shop } from '../serve/shop.ts'
import { Project } from './project.ts'

const pipeline = (window: string) => `
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('${window}') }) })
const risk = model('risk', {
  decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: linear({ intercept: 0, weights: { n: 1 } }),
})
export default pipeline('shop', [risk])
`

const project = new Project({ 'old.ts': pipeline('1h'), 'new.ts': pipeline('lifetime'), 'events.ndjson': '' })
const running: ChildProcess[] = []
after(() => {
  for (const child of running) child.kill('SIGKILL')
  project[Symbol.dispose]()
})

let sent = 0
/** Events of long ago, which only `lifetime` windows contain. */
function send(count: number): void {
  const lines = Array.from({ length: count }, () => JSON.stringify({ card: 'c', at: Date.UTC(2026, 0, 1) + sent++ * 7_200_000 }))
  appendFileSync(project.path('events.ndjson'), lines.map(line => `${line}\n`).join(''))
}

interface Started {
  readonly child: ChildProcess
  readonly exited: Promise<unknown[]>
  readonly output: () => string
}

function start(file: string, ...more: string[]): Started {
  const args = ['-C', 'spillway-source', project.bin, 'run', file, '--source', 'payments=events.ndjson', '--data', 'data', ...more]
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'ignore', 'pipe'] })
  running.push(child)
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { child, exited: once(child, 'exit'), output: () => output }
}

/** Waits until this many decisions are recorded. */
async function decided(count: number): Promise<number[]> {
  for (let tries = 0; tries < 600; tries++) {
    await pause(50)
    const all = scores()
    if (all.length >= count) return all
  }
  assert.fail(`${scores().length} of ${count} decisions`)
}

function scores(): number[] {
  try {
    const reader = readDataFolder(project.path('data'))
    const all = [...reader.newestDecisions()].toReversed().flatMap(({ bytes }) => [...recordedDecisions(bytes)].map(({ score }) => score!))
    reader.close()
    return all
  } catch {
    return []
  }
}

test('a holder that is a process of another container is not signalled by its number here', async t => {
  if (!existsSync('/proc/self/ns/pid')) return t.skip('no namespaces of processes here')
  const data = project.path('elsewhere')
  const folder = await openDataFolder(data)
  try {
    assert.equal((JSON.parse(readFileSync(`${data}/holder.json`, 'utf8')) as { pids: string }).pids, readlinkSync('/proc/self/ns/pid'))
    writeFileSync(`${data}/holder.json`, JSON.stringify({ pid: process.pid, pids: 'pid:[1]', log: true }))
    await assert.rejects(
      openRunFolder({} as never, data, {}, () => {}),
      /is in use by process \d+ of a different container, which this process cannot stop/,
    )
  } finally {
    await folder.store.close()
    folder.release()
  }
})

test('the holder of the folder is read again before the signal to stop', async t => {
  for (const [name, then, expectedSignals] of [
    ['ended', 'nobody', []],
    ['changed', 'another', [[1234567, 'SIGTERM']]],
  ] as const) {
    const data = project.path(name)
    const dataFolder = await openDataFolder(data)
    await dataFolder.store.close()
    const signals: unknown[] = []
    const kill = t.mock.method(process, 'kill', (pid: number, signal: string) => {
      signals.push([pid, signal])
      if (isFolderHeld(data)) dataFolder.release()
      return true
    })
    const reports: string[] = []
    const { folder, memory } = await openRunFolder(shop, data, {}, text => {
      reports.push(text)
      if (!text.startsWith('getting ready')) return
      if (then === 'nobody') dataFolder.release()
      else
        writeFileSync(`${data}/holder.json`, JSON.stringify({ ...JSON.parse(readFileSync(`${data}/holder.json`, 'utf8')), pid: 1234567 }))
    })
    kill.mock.restore()
    await folder.store.close()
    folder.release()
    assert.deepEqual(signals, expectedSignals)
    assert.ok(memory)
    const expected = then === 'nobody' ? /took over from process \d+, which has ended meanwhile$/ : /^took over from process 1234567 /
    assert.match(reports.at(-1)!, expected)
  }
})

/** Mistakes that a start finds before another process is asked to stop. */
const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['--decisions', 'nowhere/decisions.ndjson'], /^SPILL_FILE: nowhere\/decisions\.ndjson cannot be written/m],
  [['--listen', '0.0.0.0:7391'], /^SPILL_INPUT: other machines can reach 0\.0\.0\.0, so clients need tokens/m],
  [['--listen', '7391', '--webhook', 'payments=stripe:NOT_SET'], /^SPILL_INPUT: .*: set the environment variable NOT_SET$/m],
  [['--listen', '7391', '--webhook', 'payments=stripe:HOME'], /^SPILL_INPUT: .* source 'payments' would count each: give it an id/m],
]

test('features that are new are made from the log beside the old ones, and nothing is lost in between', async () => {
  const old = start('old.ts')
  send(50)
  await decided(50)
  const next = start('new.ts', '--take-over')
  for (let i = 0; i < 1000 && !next.output().includes('took over'); i++) {
    send(5)
    await pause(30)
  }
  send(20)
  assert.deepEqual(await old.exited, [0, null], old.output())
  const all = await decided(sent)
  assert.deepEqual(all.slice(0, 50), new Array(50).fill(0))
  assert.equal(all.length, sent)
  const first = all.findIndex(score => score > 0)
  assert.ok(first > 50)
  assert.deepEqual(
    all.slice(first),
    Array.from({ length: sent - first }, (_, i) => first + i + 1),
    'from the switch on all that ever was is counted',
  )
  assert.match(next.output(), /getting ready beside process \d+[^]*asking process \d+ to stop[^]*took over from process \d+/)
  for (const [args, message] of mistakes) {
    const other = start('new.ts', '--take-over', ...args)
    assert.deepEqual(await other.exited, [1, null], other.output())
    assert.match(other.output(), message)
    assert.doesNotMatch(other.output(), /asking process/)
  }
  send(1)
  await decided(sent)
  next.child.kill('SIGTERM')
  assert.deepEqual(await next.exited, [0, null])
  const alone = start('new.ts', ...mistakes[0][0])
  assert.deepEqual(await alone.exited, [1, null], alone.output())
})
