/** A run with a planted fault, killed while its alert is open: one page, and one resolution, reach the receiver. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { receiver } from '../action/receiver.ts'
import { scratchFolder } from '../scratch.ts'
import { start } from '../serve/shop.ts'

interface PageMessage {
  readonly type: string
  readonly timestamp: string
  readonly data: { readonly dedupKey: string; readonly alert: Alert }
}

async function pagingProcess(t: TestContext, folder: string, url: string, from: number, killedAt = '') {
  const args = ['-C', 'spillway-source', join(import.meta.dirname, 'paging-process.ts'), folder, url, String(from), killedAt]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next()
    assert.ok(!done, 'the process has ended')
    return value
  }
  assert.equal(await nextLine(), 'ready')
  return {
    pass: async (seconds: number, stuck = false) => {
      child.stdin.write(`${JSON.stringify({ stuck, seconds })}\n`)
      return JSON.parse(await nextLine()) as { readonly now: number; readonly firing: readonly string[] }
    },
    /** As `pass`, of a process that ends itself by SIGKILL before the time has passed. */
    passUntilKilled: async (seconds: number, stuck = false) => {
      child.stdin.write(`${JSON.stringify({ stuck, seconds })}\n`)
      // It prints a line if the time has passed.
      const line = lines.next().then(({ done, value }): Promise<unknown> | string => (done ? ended : value))
      assert.deepEqual(await Promise.race<unknown>([ended, line]), [null, 'SIGKILL'])
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

test('a source that stands still pages once, through kill -9, and is resolved once', async t => {
  const hook = await receiver(response => response.writeHead(204).end())
  const folder = scratchFolder('one-page')
  const first = await pagingProcess(t, folder, hook.url, start)
  const healthy = await first.pass(600)
  assert.deepEqual([healthy.firing, hook.received.length], [[], 0])
  const stuck = await first.pass(300, true)
  assert.equal(stuck.firing.length, 1)
  await first.kill()
  const second = await pagingProcess(t, folder, hook.url, stuck.now)
  const back = await second.pass(60)
  assert.deepEqual(back.firing, stuck.firing, 'a restart resolves nothing')
  const resolved = await second.pass(900)
  assert.deepEqual(resolved.firing, [])
  await second.kill()
  const third = await pagingProcess(t, folder, hook.url, resolved.now)
  await third.pass(300)
  await third.kill()
  const messages = new Map(hook.received.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body) as PageMessage]))
  const [page, end, ...others] = messages.values()
  assert.deepEqual([page.type, end.type, others.length], ['alert.opened', 'alert.resolved', 0])
  assert.equal(page.data.dedupKey, end.data.dedupKey)
  const { cause, subject, severity, summary, affected, opened } = page.data.alert
  assert.deepEqual([cause, subject, severity], ['lag', { kind: 'source', name: 'payments' }, 'page'])
  assert.match(summary, /^source 'payments' stands still: [\d,]+ rows wait, the oldest for \d/)
  assert.ok(affected.models.length > 0)
  // Commits take real time, in which the clock of the test goes on: the alert has the time of its sample.
  const delay = opened - (start + 600_000)
  t.diagnostic(`the alert opened ${delay / 1000} s after the fault; ${hook.received.length} requests`)
  assert.ok(delay <= 300_000, 'within 5 minutes')
  await hook.close()
})

for (const point of ['commit', 'committed', 'send', 'sent'])
  test(`a run that is killed at '${point}' of a page, and of its resolution, pages once and resolves once`, async t => {
    const hook = await receiver(response => response.writeHead(204).end())
    const folder = scratchFolder('one-page')
    const first = await pagingProcess(t, folder, hook.url, start, `${point} firing`)
    await first.pass(600)
    await first.passUntilKilled(300, true)
    const second = await pagingProcess(t, folder, hook.url, start + 900_000, `${point} resolved`)
    assert.equal((await second.pass(300, true)).firing.length, 1)
    await second.passUntilKilled(900)
    const third = await pagingProcess(t, folder, hook.url, start + 2_100_000)
    assert.deepEqual((await third.pass(900)).firing, [])
    await third.kill()
    const messages = hook.received.map(({ headers, body }) => ({ id: headers['webhook-id'], ...(JSON.parse(body) as PageMessage) }))
    const ids = [...new Set(messages.map(({ id }) => id))]
    t.diagnostic(`${messages.length} requests with ${ids.length} ids`)
    assert.deepEqual(
      ids.map(id => messages.find(message => message.id === id)!.type),
      ['alert.opened', 'alert.resolved'],
    )
    assert.equal(new Set(messages.map(({ data }) => data.dedupKey)).size, 1)
    assert.ok(messages.length <= (point === 'sent' ? 4 : 2), 'only a request whose answer was not stored is repeated')
    await hook.close()
  })
