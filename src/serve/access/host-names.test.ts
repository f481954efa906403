import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkHost, hostNamesOf } from './request-origin.ts'

test('a local server accepts names of this machine; a public one any name, or the names in its options', () => {
  assert.deepEqual(hostNamesOf('127.0.0.1', true), ['localhost', '127.0.0.1', '::1', '127.0.0.1'])
  assert.equal(hostNamesOf('0.0.0.0', false), undefined)
  const names = new Set(hostNamesOf('10.0.0.5', false, ['flow.example.com']))
  for (const header of [undefined, 'flow.example.com:443', 'Flow.Example.com', 'localhost:7070', '10.0.0.5', '[::1]:7070', '127.0.0.2'])
    checkHost(header, names)
  assert.throws(() => checkHost('evil.example:80', names), {
    status: 421,
    message:
      /^this server is not called 'evil\.example'; call it by localhost, .*, or, if that is its name, start it with --host evil\.example$/,
  })
})
