/** A connection on its way to the thread of a client, and its tokens. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionForThread, connectionInThread } from './thread-connection.ts'
import type { KafkaLogin } from '../security/security.ts'

const base = { brokers: ['localhost:1'], clientId: 'test' }
const transferred = (login: KafkaLogin) => {
  const { workerData, transferList } = connectionForThread({ ...base, security: { login, tls: {} } })
  return { ...connectionInThread(structuredClone(workerData, { transfer: transferList })), transferList }
}

test('a connection without tokens is copied', () => {
  const login = { mechanism: 'PLAIN', username: 'alice', password: 'p' } as const
  const { transferList, ...connection } = transferred(login)
  assert.deepEqual(transferList, [])
  assert.deepEqual(connection, { ...base, security: { login, tls: {} } })
})

test('each token is asked for where its function is, and errors keep their message', async () => {
  let count = 0
  const token = async (): Promise<string> => {
    count++
    if (count === 2) throw new Error('sasl.token cannot be had: the issuer is away')
    return `token-${count}`
  }
  const { security, transferList } = transferred({ mechanism: 'OAUTHBEARER', token, extensions: { logicalCluster: 'lkc-1' } })
  assert.ok(security?.login?.mechanism === 'OAUTHBEARER')
  assert.deepEqual(security.login.extensions, { logicalCluster: 'lkc-1' })
  assert.equal(await kept(security.login.token), 'token-1')
  await assert.rejects(kept(security.login.token), { name: 'TokenError', message: 'sasl.token cannot be had: the issuer is away' })
  assert.equal(await kept(security.login.token), 'token-3')
  assert.equal(transferList.length, 1)
})

/** The ports keep no process alive, so the test does. */
async function kept<T>(call: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000)
  try {
    return await call()
  } finally {
    clearInterval(timer)
  }
}
