import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { guardedConnector, type ResolveHost } from './guarded-connector.ts'

function lookupOf(resolve: ResolveHost, allowPrivate = false): LookupFunction {
  let made: LookupFunction | undefined
  guardedConnector(
    ({ lookup }) => {
      made = lookup
      return () => {}
    },
    resolve,
    allowPrivate,
  )
  return made!
}

const mixed: ResolveHost = (_, done) =>
  done(null, [
    { address: '10.0.0.1', family: 4 },
    { address: '2606:4700::1111', family: 6 },
    { address: '1.1.1.1', family: 4 },
  ])

test('a connection that wants one address gets the first that is allowed, one that wants all gets those', () => {
  const told: unknown[] = []
  lookupOf(mixed)('a.test', { all: false }, (...answer) => told.push(answer))
  lookupOf(mixed, true)('a.test', {}, (...answer) => told.push(answer))
  lookupOf(mixed)('a.test', { all: true }, (...answer) => told.push(answer))
  assert.deepEqual(told, [
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
  const asked: Parameters<ResolveHost>[1][] = []
  const lookup = lookupOf((_, done) => void asked.push(done))
  const told: (Error | null)[] = []
  for (let i = 0; i < 2; i++) lookup('a.test', { all: true }, error => told.push(error))
  assert.equal(asked.length, 1)
  const lost = new Error('no such name')
  asked[0](lost, [])
  assert.deepEqual(told, [lost, lost])
  let last: Error | null = null
  lookup('a.test', { all: true }, error => (last = error))
  asked[1](null, [])
  assert.equal(String(last), "SpillwayError: 'a.test' has no address")
})
