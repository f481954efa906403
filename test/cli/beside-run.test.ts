/** Commands that read a data folder while a run in another process holds it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { FolderHealth } from '../../src/operate/index.ts'
import { called, calledJson } from './called.ts'
import { sales, Shop } from './shop.ts'

const bin = resolve(import.meta.dirname, '../../src/cli/bin.ts')

/** A run in a separate process that prints each durable decision. */
function started(shop: Shop, file: string, ...more: readonly string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = [bin, 'run', shop.pipeline, '--source', `sales=${file}`, '--data', shop.data, '--decisions', '-', ...more]
  const child = spawn(process.execPath, ['-C', 'spillway-source', ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ended = new Promise<number | null>(done => void child.on('close', done))
  return {
    pid: child.pid!,
    decided: async (count: number) => {
      for (let i = 0; i < count; i++) assert.equal((await lines.next()).done, false, 'the run decides')
    },
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    ended,
  }
}

test('beside a run that holds the folder one may look at all of it, and change nothing', async () => {
  using shop = new Shop()
  const file = shop.write('sales.ndjson', `${sales.join('\n')}\n`)
  const run = started(shop, file)
  const data = ['--data', shop.data]
  await run.decided(3)
  const ofA = async () => (await calledJson<{ ofKey: number }>('features', shop.pipeline, 'a', '--group', 'by_card', ...data))[0].ofKey
  assert.equal((await calledJson('decisions', ...data)).length, 3)
  assert.equal(await ofA(), 2)
  appendFileSync(file, `${sales[0].replace('"id":"1"', '"id":"9"')}\n`)
  await run.decided(1)
  assert.equal(await ofA(), 3)
  const [report] = await calledJson<FolderHealth>('inspect', '--verify', ...data)
  assert.deepEqual([report.holder, report.entries, report.damage], [{ pid: run.pid, holds: true }, 4, []])
  assert.equal((await calledJson('dlq', 'list', ...data)).length, 3)
  const busy = await called('dlq', 'replay', '--all', shop.pipeline, ...data)
  assert.equal(busy.status, 1)
  assert.match(
    busy.err,
    new RegExp(
      `^SPILL_BUSY: .* is in use by process ${run.pid}; dead letters can change only while no run holds the folder: stop the run first$`,
    ),
  )
  assert.equal(await run.stop(), 0)
  const [after] = await calledJson<FolderHealth>('inspect', ...data)
  assert.deepEqual(after.holder, { pid: run.pid, holds: false })
})

test('a run that ends by itself ends well, and a mended letter is decided about by the next', async () => {
  using shop = new Shop()
  const file = shop.write('sales.ndjson', `${sales.join('\n')}\n`)
  assert.equal(await started(shop, file, '--once').ended, 0)
  const edited = await called('dlq', 'edit', '2', '--set', 'price=9.99', '--data', shop.data)
  assert.equal(edited.status, 0, edited.err)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['-C', 'spillway-source', bin, 'dlq', 'replay', '2', shop.pipeline, '--data', shop.data]
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  assert.equal(await new Promise(done => void child.on('close', done)), 0)
  assert.equal((await calledJson('decisions', '--data', shop.data)).length, 4)
})
