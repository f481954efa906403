/**
 * Webhooks are not sent to private addresses. A resolver of the test's own tells addresses, and a connector of its own notes them and connects to
 * loopback instead: nothing leaves this machine.
 */
import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import type { ServerResponse } from 'node:http'
import { isIP, isIPv6 } from 'node:net'
import { afterEach, test } from 'node:test'
import { buildConnector } from 'undici'
import { delivery, type Receiver } from '../../test/action/receiver.ts'
import { answering, closeWebhooks, opened } from '../../test/action/webhooks.ts'
import type { MakeConnector } from './public-address-connector.ts'
import type { WebhookPorts } from './webhook.ts'

afterEach(closeWebhooks)

/** Names with their addresses, one list per lookup; and the addresses of opened connections. */
function network(there: Receiver, names: Record<string, readonly (readonly string[])[]>) {
  const resolved: string[] = []
  const dialled: string[] = []
  const resolve: WebhookPorts['resolve'] = (host, done) => {
    const lists = names[host]
    const addresses = lists[Math.min(resolved.filter(name => name === host).length, lists.length - 1)]
    resolved.push(host)
    setImmediate(() => done(null, addresses.map(familied)))
  }
  const connector: MakeConnector = ({ lookup }) => {
    const toLoopback = buildConnector({})
    return (to, done) => {
      const dial = (addresses: readonly string[]) => {
        dialled.push(...addresses)
        toLoopback({ ...to, hostname: '127.0.0.1', port: String(there.port) }, done)
      }
      if (isIP(to.hostname) !== 0) return dial([to.hostname])
      lookup(to.hostname, { all: true }, (error, found) => {
        if (error) done(error, null)
        else dial((found as LookupAddress[]).map(({ address }) => address))
      })
    }
  }
  return { resolved, dialled, ports: { resolve, connector } }
}

const familied = (address: string): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 })
const ok = (response: ServerResponse) => void response.end()
const failed = (why: string) => ({ kind: 'failed', why })
const metadata = '169.254.169.254'

test('a receiver on this machine is rejected unless allowed, however its address is written, and nothing reaches it', async () => {
  const there = await answering(ok)
  let connections = 0
  there.server.on('connection', () => connections++)
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', '[::1]']) {
    const url = `http://${host}:${there.port}/`
    const address = new URL(url).hostname.replace(/^\[|\]$/g, '')
    const why = `'${address}' is a private address; allow it with allowPrivate`
    assert.deepEqual(await (await opened({ url })).deliver(delivery()), failed(why))
  }
  const outcome = await (await opened({ url: `http://localhost:${there.port}/` })).deliver(delivery())
  assert.ok(outcome.kind === 'failed')
  assert.match(outcome.why, /^'localhost' resolves to a private address \((127\.0\.0\.1|::1)\); allow it with allowPrivate$/)
  assert.equal(connections, 0)
  assert.deepEqual(await (await opened({ url: there.url, allowPrivate: true })).deliver(delivery()), { kind: 'acknowledged' })
  assert.equal(connections, 1)
})

test('a name is looked up once a connection, which goes to the address that was checked', async () => {
  const there = await answering(response => void response.setHeader('connection', 'close').end())
  const { resolved, dialled, ports } = network(there, { 'rebinding.test': [['1.1.1.1'], [metadata], ['127.0.0.1', '::1'], ['1.1.1.1']] })
  const webhook = await opened({ url: 'http://rebinding.test/hook', concurrency: 1 }, ports)
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
  assert.deepEqual([resolved.length, dialled], [1, ['1.1.1.1']])
  const to = (target: string) => failed(`'rebinding.test' resolves to ${target}`)
  const secrets = `an address where clouds keep a machine's secrets (${metadata}); nothing is sent there`
  assert.deepEqual(await webhook.deliver(delivery()), to(secrets))
  assert.deepEqual(await webhook.deliver(delivery()), to('a private address (127.0.0.1); allow it with allowPrivate'))
  assert.deepEqual(dialled, ['1.1.1.1'])
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' }, 'a name may change again')
  assert.equal(there.received.length, 2)
})

test('of several addresses only the public ones are connected to', async () => {
  const there = await answering(ok)
  const { dialled, ports } = network(there, { 'mixed.test': [['10.0.0.1', '1.1.1.1', 'fd00::1', '2606:4700::1111', '::ffff:192.168.0.1']] })
  assert.deepEqual(await (await opened({ url: 'http://mixed.test/' }, ports)).deliver(delivery()), { kind: 'acknowledged' })
  assert.deepEqual(dialled, ['1.1.1.1', '2606:4700::1111'])
  const allowing = await opened({ url: 'http://mixed.test/', allowPrivate: true }, ports)
  assert.deepEqual(await allowing.deliver(delivery()), { kind: 'acknowledged' })
  assert.equal(dialled.length, 7)
})

test('a redirect to a private address, by number or by name, is rejected at that hop', async () => {
  let location = ''
  const there = await answering(response => void response.writeHead(307, { location }).end())
  const { dialled, ports } = network(there, { 'public.test': [['1.1.1.1']], 'inside.test': [[metadata]] })
  const webhook = await opened({ url: 'http://public.test/hook' }, ports)
  const to = async (url: string) => {
    location = url
    return webhook.deliver(delivery())
  }
  const rejected = failed(`'${metadata}' is an address where clouds keep a machine's secrets; nothing is sent there`)
  for (const host of [metadata, '2852039166', '0xa9.254.43518']) assert.deepEqual(await to(`http://${host}/latest/?token=t`), rejected)
  assert.deepEqual(await to('http://10.0.0.1/'), failed("'10.0.0.1' is a private address; allow it with allowPrivate"))
  const inside = `'inside.test' resolves to an address where clouds keep a machine's secrets (${metadata}); nothing is sent there`
  assert.deepEqual(await to('//inside.test/'), failed(inside))
  assert.deepEqual(new Set(dialled), new Set(['1.1.1.1']))
  assert.ok(there.received.every(({ headers }) => headers.host === 'public.test'))
})

test('a webhook with private addresses allowed is not redirected to cloud metadata', async () => {
  let location = ''
  const there = await answering(response => void (location === '' ? ok(response) : response.writeHead(307, { location }).end()))
  const { dialled, ports } = network(there, { 'own.test': [['10.0.0.1']], 'inside.test': [[metadata]] })
  const webhook = await opened({ url: 'http://own.test/hook', allowPrivate: true }, ports)
  assert.deepEqual(await webhook.deliver(delivery()), { kind: 'acknowledged' })
  for (const host of [metadata, '2852039166', `[::ffff:${metadata}]`, '[fe80::1]', '[fd00:ec2::254]', '100.100.100.200', 'inside.test']) {
    location = `http://${host}/latest/meta-data`
    const outcome = await webhook.deliver(delivery())
    assert.ok(outcome.kind === 'failed', host)
    assert.match(outcome.why, /an address where clouds keep a machine's secrets.*; nothing is sent there$/)
  }
  assert.deepEqual(new Set(dialled), new Set(['10.0.0.1']))
})

test('connections that are opened together share a lookup', async () => {
  const waiting: ServerResponse[] = []
  const there = await answering(response => {
    waiting.push(response)
    if (waiting.length === 8) for (const one of waiting) ok(one)
  })
  const { resolved, dialled, ports } = network(there, { 'public.test': [['1.1.1.1']] })
  const webhook = await opened({ url: 'http://public.test/' }, ports)
  await Promise.all(Array.from({ length: 8 }, () => webhook.deliver(delivery())))
  assert.deepEqual([resolved.length, dialled.length], [1, 8])
})
