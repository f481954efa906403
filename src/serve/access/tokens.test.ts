import assert from 'node:assert/strict'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { auditOf, done } from '../../../test/cli/audit-lines.ts'
import { called, calledJson } from '../../../test/cli/called.ts'
import { open, pay, posted, shop as pipeline, type Open } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'
import { startServer } from '../listen.ts'
import { roles, type Role, addToken, readTokens, revokeToken, tokenFilePath } from './token-file.ts'
import { serve } from '../server.ts'
import { Tokens } from './tokens.ts'

const scratch = scratchFolder('tokens')
let shop: Open
before(async () => {
  shop = await open()
})
after(async () => {
  await shop.close()
})

test('a token is shown once: the file has its hash, and only its owner may read it', () => {
  const data = join(scratch, 'file')
  const token = addToken(data, 'edge', ['ingest'], 5)
  assert.match(token, /^spw_[\w-]{43}$/)
  const text = readFileSync(tokenFilePath(data), 'utf8')
  assert.ok(!text.includes(token.slice(4)))
  assert.equal(statSync(tokenFilePath(data)).mode & 0o777, 0o600)
  assert.deepEqual(
    readTokens(data).map(({ name, roles, created }) => [name, roles, created]),
    [['edge', ['ingest'], 5]],
  )
  const tokens = new Tokens(data)
  assert.equal(tokens.find(`Bearer ${token}`)?.name, 'edge')
  for (const wrong of [undefined, '', token, `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, 'Bearer'])
    assert.equal(tokens.find(wrong), undefined, wrong)
  assert.throws(() => addToken(data, 'edge', ['read'], 6), { code: 'SPILL_EXISTS', message: /there is a token 'edge'/ })
  assert.throws(() => revokeToken(data, 'other'), { code: 'SPILL_NOT_FOUND' })
  writeFileSync(`${tokenFilePath(data)}.part`, '')
  assert.throws(() => revokeToken(data, 'edge'), { code: 'SPILL_BUSY', message: /tokens\.json\.part exists/ })
  assert.equal(readTokens(data).length, 1)
})

test('a malformed token file lets nobody in, at the start and later', async () => {
  const data = join(scratch, 'damaged')
  const token = addToken(data, 'a', ['read'], 0)
  const errors: unknown[] = []
  let now = 0
  const tokens = new Tokens(
    data,
    error => errors.push(error),
    () => now,
  )
  assert.ok(tokens.find(`Bearer ${token}`))
  for (const text of [
    '{',
    '{"version":2,"tokens":[]}',
    '{"version":1,"tokens":[{"name":"a","roles":["root"],"sha256":"","created":0}]}',
    'null',
  ]) {
    writeFileSync(tokenFilePath(data), text)
    assert.throws(() => new Tokens(data), { code: 'SPILL_DATA' }, text)
  }
  assert.ok(tokens.find(`Bearer ${token}`), 'not looked at yet')
  now += limits.TOKENS_LOOK_MS
  assert.equal(tokens.find(`Bearer ${token}`), undefined)
  assert.equal(errors.length, 1)
})

test('a file that could not be read is read again, although it has not changed since', async () => {
  const data = join(scratch, 'unread')
  const token = addToken(data, 'a', ['read'], 0)
  const path = tokenFilePath(data)
  const good = readFileSync(path, 'utf8')
  const errors: unknown[] = []
  let now = 0
  const tokens = new Tokens(
    data,
    error => errors.push(error),
    () => now,
  )
  const isLetIn = (text: string) => {
    writeFileSync(path, text)
    utimesSync(path, 1, 1)
    now += limits.TOKENS_LOOK_MS
    return tokens.find(`Bearer ${token}`) !== undefined
  }
  const bad = ' '.repeat(good.length)
  assert.deepEqual([bad, bad, good, good].map(isLetIn), [false, false, true, true])
  assert.equal(errors.length, 1, 'told once')
})

test('each role allows its own routes, and a client without a token none', async () => {
  const data = join(scratch, 'roles')
  const tokens = Object.fromEntries(roles.map(role => [role, addToken(data, role, [role], 0)])) as Record<Role, string>
  const app = serve({ run: shop.run, pipeline, data: shop.data, tokens: new Tokens(data) })
  const doors: readonly (readonly [Role, 'GET' | 'POST', string])[] = [
    ['ingest', 'POST', '/sources/payments/events'],
    ['decide', 'POST', '/models/check/decide'],
    ['read', 'GET', '/features/now?key=c'],
    ['read', 'POST', '/features'],
    ['read', 'GET', '/decisions'],
    ['read', 'GET', '/metrics'],
    ['read', 'GET', '/openapi.json'],
    ['read', 'GET', '/'],
    ['read', 'GET', '/events?after=x'],
  ]
  for (const [needed, method, url] of doors) {
    const as = (headers: Record<string, string>) => app.inject({ method, url, headers })
    for (const headers of [{}, { authorization: 'Bearer spw_x' }, { authorization: tokens[needed] }]) {
      const answer = await as(headers)
      assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [401, 'SPILL_TOKEN'], url)
      assert.equal(answer.headers['www-authenticate'], 'Bearer')
    }
    for (const role of roles) {
      const { statusCode, body } = await as({ authorization: `Bearer ${tokens[role]}` })
      assert.equal(statusCode === 403, role !== needed && role !== 'admin', `${role} ${method} ${url}`)
      assert.notEqual(statusCode, 401)
      if (statusCode === 403) assert.match(body, new RegExp(`token '${role}' has ${role}, and this needs '${needed}'`))
    }
  }
  assert.deepEqual((await app.inject({ url: '/healthz' })).json(), { status: 'ok' })
  for (const role of [undefined, ...roles]) {
    const headers = role ? { authorization: `Bearer ${tokens[role]}` } : {}
    const body = (await app.inject({ url: '/readyz', headers })).json<Record<string, unknown>>()
    const isTold = role === 'read' || role === 'admin'
    assert.deepEqual(body, { status: 'ready', ...(isTold && { pipeline: 'shop', sequence: shop.run.end }) }, role)
  }
  const body = JSON.stringify(pay('t'))
  const answer = await posted(app, '/sources/payments/events', body, { authorization: `bearer ${tokens.ingest}` })
  assert.equal(answer.json<{ accepted: number }>().accepted, 1)
  await app.close()
})

test('a revoked token lets nobody in, and the first token makes tokens required', async () => {
  const data = join(scratch, 'revoked')
  let now = 0
  const tokens = new Tokens(data, undefined, () => now)
  const app = serve({ run: shop.run, pipeline, data: shop.data, tokens })
  const status = async (token?: string) => {
    now += limits.TOKENS_LOOK_MS
    return (await app.inject({ url: '/decisions', headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).statusCode
  }
  assert.equal(await status(), 200)
  const token = addToken(data, 'a', ['read'], 0)
  assert.equal(await status(), 401)
  assert.equal(await status(token), 200)
  revokeToken(data, 'a')
  assert.equal(await status(token), 401)
  assert.equal(await status(), 401)
  await app.close()
})

test('a public address needs tokens', async () => {
  const options = { run: shop.run, pipeline, data: shop.data, port: 0 }
  await assert.rejects(startServer({ ...options, host: '0.0.0.0' }), {
    code: 'SPILL_INPUT',
    message: /clients need tokens.*spillway tokens add NAME --role ROLE --data \S+/,
  })
  await assert.rejects(startServer({ ...options, host: '::', noAuth: true }), {
    code: 'SPILL_INPUT',
    message: /the server needs tokens there/,
  })
  await assert.rejects(startServer({ ...options, host: 'no.such.host.invalid' }), {
    code: 'SPILL_LISTEN',
    message: /no address of this machine/,
  })
})

test('a local server answers only to names of this machine, and to no other site', async t => {
  const server = await startServer({ run: shop.run, pipeline, data: shop.data, port: 0, host: 'localhost', hosts: ['proxy.example'] })
  t.after(() => server.close())
  const { port } = server
  await assert.rejects(startServer({ run: shop.run, pipeline, data: shop.data, port, host: 'localhost' }), {
    code: 'SPILL_LISTEN',
    message: /in use by another process/,
  })
  const status = (host: string) =>
    new Promise<number>((resolve, reject) => {
      const call = request({ host: 'localhost', port, path: '/decisions', headers: { host } }, response => {
        response.resume()
        resolve(response.statusCode!)
        assert.equal(response.headers['access-control-allow-origin'], undefined)
      })
      call.on('error', reject).end()
    })
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '127.9.9.9:1', '[::1]:80', 'LOCALHOST', 'proxy.example'])
    assert.equal(await status(host), 200, host)
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'])
    assert.equal(await status(host), 421, host)
})

test('the command adds, lists and revokes tokens, and the operator log has all of it', async () => {
  const data = join(scratch, 'command')
  const tokens = (...args: string[]) => called('tokens', ...args, '--data', data)
  const [{ token }] = await calledJson<{ token: string }>('tokens', 'add', 'ci', '--role', 'ingest', '--role', 'read', '--data', data)
  assert.deepEqual(new Tokens(data).find(`Bearer ${token}`)?.roles, ['ingest', 'read'])
  const shown = await tokens('add', 'ops', '--role', 'operate')
  assert.match(shown.out, /^spw_[\w-]{43}\n\nToken 'ops' \(operate\)\. It is shown only once/)
  const listed = await tokens('list')
  assert.match(listed.out, /^ci {3}\S+Z {2}ingest, read\nops {2}\S+Z {2}operate\n2 tokens\.$/)
  assert.ok(!listed.out.includes('spw_'))
  assert.equal((await tokens('revoke', 'ci')).status, 0)
  assert.deepEqual([(await tokens('revoke', 'ci')).status, (await tokens('list')).out.split('\n').length], [1, 2])
  for (const [args, message] of [
    [['add', 'x'], /give the token a role/],
    [['add', 'x', '--role', 'ingst'], /no role; did you mean 'ingest'/],
    [['add', 'a b', '--role', 'read'], /is not a token name/],
    [['ad'], /did you mean 'add'/],
    [['list', '--role', 'read'], /takes no --role/],
    [['revoke'], /name the token/],
  ] as const) {
    const { status, err } = await tokens(...args)
    assert.equal(status, 2)
    assert.match(err, message)
  }
  const { lines, text } = auditOf(data)
  assert.deepEqual(lines.map(done), [
    ['tokens add', 'ci', 'done', 'ingest, read'],
    ['tokens add', 'ops', 'done', 'operate'],
    ['tokens revoke', 'ci', 'done', undefined],
    ['tokens revoke', 'ci', 'rejected', "there is no token 'ci'"],
  ])
  assert.match(lines[0].operator, /^cli:./)
  assert.ok(lines.every(({ at }) => !Number.isNaN(Date.parse(at))))
  assert.doesNotMatch(text, /spw_/)
})
