import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { publicAddressConnector, type ResolveHost } from './public-address-connector.ts'

function lookupOf(resolve: ResolveHost, allowPrivate = false): LookupFunction {
  let lookupFunction: LookupFunction | undefined
  publicAddressConnector(
    ({ lookup }) => {
      lookupFunction = lookup
      return () => {}
    },
    resolve,
    allowPrivate,
  )
  return lookupFunction!
}

const mixed: ResolveHost = (_, done) =>
  done(null, [
    { address: '10.0.0.1', family: 4 },
    { address: '2606:4700::1111', family: 6 },
    { address: '1.1.1.1', family: 4 },
  ])

test('a connection that wants one address gets the first that is allowed, one that wants all gets those', () => {
  const answers: unknown[] = []
  lookupOf(mixed)('a.test', { all: false }, (...answer) => answers.push(answer))
  lookupOf(mixed, true)('a.test', {}, (...answer) => answers.push(answer))
  lookupOf(mixed)('a.test', { all: true }, (...answer) => answers.push(answer))
  assert.deepEqual(answers, [
    [null, '2606:4700::1111', 6],
    [null, '10.0.0.1', 4],
    [
      null,
      [
        { address: '2606:4700::1111', family: 6 },
        { address: '1.1.1.1', family: 4 },
      ],
    ],
  ])
})

test('a lookup that fails tells all who wait, and the next one asks again', () => {
  const callbacks: Parameters<ResolveHost>[1][] = []
  const lookup = lookupOf((_, done) => void callbacks.push(done))
  const errors: (Error | null)[] = []
  for (let i = 0; i < 2; i++) lookup('a.test', { all: true }, error => errors.push(error))
  assert.equal(callbacks.length, 1)
  const lost = new Error('no such name')
  callbacks[0](lost, [])
  assert.deepEqual(errors, [lost, lost])
  let last: Error | null = null
  lookup('a.test', { all: true }, error => (last = error))
  callbacks[1](null, [])
  assert.equal(String(last), "SpillwayError: 'a.test' has no address")
})
