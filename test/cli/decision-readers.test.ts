/** Readers of `--decisions -`, and outputs of a run, that are slow, closed or full: the run goes on. */
import assert from 'node:assert/strict'
import { spawn, type StdioOptions } from 'node:child_process'
import { openSync } from 'node:fs'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { calledJson } from './called.ts'
import { Shop } from './shop.ts'

const bin = resolve(import.meta.dirname, '../../src/cli/bin.ts')
const COUNT = 1000

/** A run over so many sales that their decisions fill a pipe several times. */
function startRun(shop: Shop, args: readonly string[], stdio: StdioOptions) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const sale = (i: number) => JSON.stringify({ id: `s${i}`, card: `c${i % 7}`, till: 1, price: '1.00', abroad: false, at: 1000 + i })
  const file = shop.write('many.ndjson', `${Array.from({ length: COUNT }, (_, i) => sale(i)).join('\n')}\n`)
  const command = [bin, 'run', shop.pipeline, '--source', `sales=${file}`, '--data', shop.data, ...args]
  const child = spawn(process.execPath, ['-C', 'spillway-source', ...command], { env, stdio })
  after(() => child.kill('SIGKILL'))
  const ended = new Promise<number | null>(done => void child.on('close', done))
  /** Resolves when the log has all decisions; rejects if the run has ended. */
  const decided = async (): Promise<void> => {
    for (;;) {
      assert.equal(child.exitCode, null, 'the run goes on')
      const decisions = await calledJson<unknown[]>('decisions', '--data', shop.data, '--last', String(COUNT)).catch(() => [])
      if (decisions.length === COUNT) return
      await pause(200)
    }
  }
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { child, decided, ended, stop }
}

test('a reader of decisions that never reads, or closes, does not end the run', async () => {
  for (const isClosed of [false, true]) {
    using shop = new Shop()
    const { child, decided, stop } = startRun(shop, ['--decisions', '-'], ['ignore', 'pipe', 'ignore'])
    if (isClosed) child.stdout!.destroy()
    await decided()
    // The process waits for its reader with the rest.
    const stopped = stop()
    child.stdout!.resume()
    assert.equal(await stopped, 0)
  }
})

test('a run that ends with its files waits for a slow reader of decisions, and leaves none out', async () => {
  using shop = new Shop()
  const { child, ended } = startRun(shop, ['--once', '--decisions', '-'], ['ignore', 'pipe', 'ignore'])
  await pause(3000)
  const lines = (await text(child.stdout!)).trimEnd().split('\n')
  assert.equal(lines.length, COUNT)
  assert.equal(await ended, 0)
})

test('a file of decisions, or of messages, on a full disk does not end the run', async () => {
  const full = openSync('/dev/full', 'a')
  for (const [args, stdio] of [
    [
      ['--decisions', '/dev/full'],
      ['ignore', 'ignore', 'pipe'],
    ],
    [[], ['ignore', 'ignore', full]],
  ] as const) {
    using shop = new Shop()
    const { child, decided, stop } = startRun(shop, args, [...stdio])
    const messages = child.stderr ? text(child.stderr) : undefined
    await decided()
    // A file that lacks decisions is an error of the command; messages are not its product.
    assert.equal(await stop(), messages ? 1 : 0)
    if (messages) assert.match(await messages, /decisions are no longer written to '\/dev\/full': ENOSPC.*; the log has all/)
  }
})
