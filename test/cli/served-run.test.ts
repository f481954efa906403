/** `spillway run --rate --host` in a separate process. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
export default pipeline('shop', [features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
/** `fetch` sets the host itself. */
const statusOf = async (url: string, host: string): Promise<number | undefined> => {
  const [answer] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

const project = new Project({ 'pipeline.ts': pipeline })
after(() => project[Symbol.dispose]())

test('a client that comes more often than the server lets it is told when to come again, and by which names it is called', async t => {
  const args = [
    '-C',
    'spillway-source',
    project.bin,
    'run',
    'pipeline.ts',
    '--listen',
    '127.0.0.1:0',
    '--rate',
    '1:2',
    '--host',
    'flow.example.com',
  ]
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'inherit', 'pipe'] })
  const exited = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  let url: string | undefined
  for await (const line of createInterface({ input: child.stderr })) {
    url = /listening at (\S+),/.exec(line)?.[1]
    if (url !== undefined) break
  }
  child.stderr.resume()
  const ask = () => fetch(`${url}/features/now?key=c`)
  const answers = [await ask(), await ask(), await ask()]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 429],
  )
  assert.equal(answers[2].headers.get('retry-after'), '1')
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const statusFor = (host: string) => statusOf(`${url}/readyz`, host)
  assert.deepEqual([await statusFor('Flow.example.com:443'), await statusFor('evil.example')], [200, 421])
  for (const answer of answers) await answer.text()
  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])
})
