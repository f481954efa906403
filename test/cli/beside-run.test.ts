/** Commands that read a data folder while a run in another process holds it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { connectControl } from '../../src/operate/control/open-control.ts'
import type { FolderHealth } from '../../src/operate/index.ts'
import { auditOf, done } from './audit-lines.ts'
import { called, calledJson } from './called.ts'
import { sales, Shop } from './shop.ts'

const bin = resolve(import.meta.dirname, '../../src/cli/bin.ts')

interface Letter {
  readonly id: number
  readonly version: string
  readonly raw: string
  readonly outcome?: string
}

/** A run in a separate process that prints each durable decision. */
function started(shop: Shop, file: string, ...more: readonly string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = [bin, 'run', shop.pipeline, '--source', `sales=${file}`, '--data', shop.data, '--decisions', '-', ...more]
  const child = spawn(process.execPath, ['-C', 'spillway-source', ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  after(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ended = new Promise<number | null>(done => void child.on('close', done))
  return {
    pid: child.pid!,
    decided: async (count: number) => {
      for (let i = 0; i < count; i++) assert.equal((await lines.next()).done, false, 'the run decides')
    },
    /** Resolves when the run takes changes. */
    ready: async () => {
      for (;;) {
        const client = await connectControl(shop.data).catch(() => undefined)
        if (client) return client.close()
        await pause(5)
      }
    },
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    ended,
  }
}

test('beside a run that holds the folder one may look at all of it', async () => {
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
  assert.equal(await run.stop(), 0)
  const [after] = await calledJson<FolderHealth>('inspect', ...data)
  assert.deepEqual(after.holder, { pid: run.pid, holds: false })
})

test('a run that holds the folder edits, sends again and drops dead letters for the command line', async () => {
  using shop = new Shop()
  const run = started(shop, shop.write('sales.ndjson', `${sales.join('\n')}\n`))
  await run.decided(3)
  const dlq = (...args: readonly string[]) => called('dlq', ...args, '--data', shop.data)
  const letters = (...args: readonly string[]) => calledJson<Letter>('dlq', 'list', ...args, '--data', shop.data)
  const [, broken] = await letters()
  assert.equal(broken.id, 2)
  const edited = await dlq('edit', '2', '--set', 'price=2.50', '--if-version', broken.version)
  assert.deepEqual([edited.status, edited.err], [0, ''])
  assert.match(edited.out, /"price":"2\.50".*\n\nthe original record:\n.*"price":"much"/)
  const second = await dlq('edit', '2', '--set', 'price=3.50', '--if-version', broken.version)
  assert.equal(second.status, 1)
  assert.match(second.err, /^SPILL_CONFLICT: dead letter 2 has changed: its version is \w+, and the edit is of \w+$/)
  assert.match(second.out, /"price":"2\.50"/, 'the newer record is shown')
  const replayed = await dlq('replay', '2')
  assert.deepEqual(replayed, { status: 0, out: 'dead letter 2: accepted\n1 dead letter replayed: 1 settled, 0 rejected again.', err: '' })
  await run.decided(1)
  const all = await dlq(shop.pipeline, 'replay', '--all')
  assert.deepEqual([all.status, all.err], [1, ''])
  assert.match(
    all.out,
    /^dead letter 1: rejected again, schema: not JSON: .*\ndead letter 3: rejected again, .*\n2 dead letters replayed: 0 settled, 2 rejected again\.$/,
  )
  const changed = shop.write('other.ts', readFileSync(shop.pipeline, 'utf8').replace("count('lifetime')", "count('1h')"))
  const other = await dlq(changed, 'replay', '1')
  assert.match(other.err, /^SPILL_PRECONDITION: the run has another version of pipeline 'shop'; leave out the file/)
  const dropped = await dlq('drop', '1', '3', '--why', 'noise')
  assert.deepEqual([dropped.status, dropped.err], [0, ''])
  for (const [args, message] of [
    [['drop', '1', '--why', 'x'], /^SPILL_PRECONDITION: dead letter 1 is settled \(dropped\) and cannot be changed$/],
    [['edit', '99', '--set', 'a=b'], /^SPILL_NOT_FOUND: there is no dead letter 99; `spillway dlq list` lists them$/],
    [['replay', '99'], /^SPILL_NOT_FOUND: there is no dead letter 99/],
  ] as const)
    assert.match((await dlq(...args)).err, message)
  assert.match((await called('effects', 'retry', '1', '--data', shop.data)).err, /^SPILL_NOT_FOUND: there is no effect 1; the newest is 0$/)
  assert.deepEqual(
    (await letters('--settled')).map(({ id, outcome }) => [id, outcome]),
    [
      [1, 'dropped'],
      [2, 'accepted'],
      [3, 'dropped'],
    ],
  )
  assert.deepEqual(
    auditOf(shop.data)
      .lines.filter(({ outcome }) => outcome === 'done')
      .map(done),
    [
      ['dlq edit', '2', 'done', 'price'],
      ['dlq replay', '2', 'done', '1 settled, 0 rejected again'],
      ['dlq replay', 'all', 'done', '0 settled, 2 rejected again'],
      ['dlq drop', '1, 3', 'done', 'noise'],
    ],
  )
  assert.equal(await run.stop(), 0)
  assert.equal(existsSync(join(shop.data, 'run-control', 'socket')), false)
  const free = await dlq('replay', '2')
  assert.deepEqual([free.status, /^name the pipeline file; only a run that holds the folder needs none$/m.test(free.err)], [2, true])
  assert.equal((await calledJson('decisions', '--data', shop.data)).length, 4)
})

test('a run that is killed while operators send dead letters again has each of them once, as an event or as it was', async () => {
  using shop = new Shop()
  const count = 40
  const bad = Array.from({ length: count }, (_, i) => sales[1].replace('"id":"2"', `"id":"${100 + i}"`))
  const run = started(shop, shop.write('sales.ndjson', `${[sales[0], ...bad].join('\n')}\n`))
  await run.decided(1)
  const control = await connectControl(shop.data)
  const letters = await calledJson<Letter>('dlq', 'list', '--data', shop.data)
  assert.equal(letters.length, count)
  const acknowledged = new Set<number>()
  const [edited, sent] = [new Set<number>(), new Set<number>()]
  // One after another; the process is killed beside them.
  const operating = (async () => {
    for (const { id, version } of letters) {
      await control.editDeadLetter({ id, version, set: { price: '2.50' } }, 'cli:test')
      edited.add(id)
      const { letters: outcomes } = await control.replayDeadLetters({ ids: [id] }, 'cli:test')
      assert.deepEqual(outcomes, [{ id, outcome: 'accepted' }])
      sent.add(id)
      acknowledged.add(id)
      if (acknowledged.size === count / 2) process.kill(run.pid, 'SIGKILL')
    }
  })()
  await assert.rejects(operating, { code: 'SPILL_STOPPED', message: /^the run ended before it answered/ })
  control.close()
  await run.ended
  assert.ok(existsSync(join(shop.data, 'run-control', 'socket')), 'it was left')
  const rejected = await called('dlq', 'drop', '1', '--why', 'x', '--data', shop.data)
  assert.match(rejected.err, /^SPILL_PRECONDITION: dead letter 1 is settled \(accepted\)/, 'the folder is free')
  const next = started(shop, shop.write('none.ndjson', ''))
  const settled = await calledJson<Letter>('dlq', 'list', '--settled', '--data', shop.data)
  for (const id of sent)
    assert.ok(
      settled.some(letter => letter.id === id && letter.outcome === 'accepted'),
      `${id} was acknowledged`,
    )
  const left = await calledJson<Letter>('dlq', 'list', '--data', shop.data)
  for (const { id, raw } of left)
    assert.equal(raw.includes('"price":"2.50"'), edited.has(id) || (id === sent.size + 1 && raw.includes('2.50')))
  await next.ready()
  const rest = await called('dlq', 'replay', ...left.map(({ id }) => String(id)), '--data', shop.data)
  assert.equal(rest.status, left.every(({ raw }) => raw.includes('"2.50"')) ? 0 : 1, rest.err)
  assert.equal(await next.stop(), 0)
  const decided = (await calledJson<{ id: string }>('decisions', '--last', '1000', '--data', shop.data)).map(({ id }) => id)
  assert.equal(new Set(decided).size, decided.length, 'no event came twice')
  const now = await calledJson<Letter>('dlq', 'list', '--settled', '--data', shop.data)
  assert.equal(decided.length, 1 + now.length)
})

test('a run that ends by itself ends well, and a mended letter is decided about by the next', async () => {
  using shop = new Shop()
  const file = shop.write('sales.ndjson', `${sales.join('\n')}\n`)
  assert.equal(await started(shop, file, '--once').ended, 0)
  const edited = await called('dlq', 'edit', '2', '--set', 'price=9.99', '--data', shop.data)
  assert.equal(edited.status, 0, edited.err)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['-C', 'spillway-source', bin, 'dlq', shop.pipeline, 'replay', '2', '--data', shop.data]
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  assert.equal(await new Promise(done => void child.on('close', done)), 0)
  assert.equal((await calledJson('decisions', '--data', shop.data)).length, 4)
})
