import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import type { StoredToken } from '../access/token-file.ts'
import type { Tokens } from '../access/tokens.ts'
import { addAuthorizationHooks } from './authorization.ts'

test('a stream with details needs the role of its details until it ends, and a stream without needs the role of its route', async () => {
  const app = fastify()
  let token: StoredToken = { name: 'r', roles: ['read', 'personal'], sha256: '', created: 0 }
  const tokens = { count: 1, areRequired: true, ofRequest: () => token } as unknown as Tokens
  addAuthorizationHooks(app, { tokens })
  const streams: (() => boolean)[] = []
  const config = { role: 'read', isStream: true, detailRole: 'personal' } as const
  app.get('/stream', { config }, async ({ hasDetailRole, isStillAuthorized }) => {
    streams.push(isStillAuthorized!)
    return hasDetailRole
  })
  assert.equal((await app.inject('/stream')).body, 'true')
  assert.deepEqual(
    streams.map(isStillAuthorized => isStillAuthorized()),
    [true],
  )
  token = { ...token, roles: ['read'] }
  assert.equal((await app.inject('/stream')).body, 'false')
  assert.deepEqual(
    streams.map(isStillAuthorized => isStillAuthorized()),
    [false, true],
  )
  await app.close()
})
