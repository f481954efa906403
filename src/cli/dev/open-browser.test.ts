import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserCommand, hasBrowser } from './open-browser.ts'

const linux = { platform: 'linux', isTerminal: true, env: { DISPLAY: ':0' } } as const

test('a browser is opened for a person at this machine alone', () => {
  assert.equal(hasBrowser(linux), true)
  assert.equal(hasBrowser({ ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } }), true)
  assert.equal(hasBrowser({ ...linux, platform: 'darwin', env: {} }), true)
  assert.equal(hasBrowser({ ...linux, env: {} }), false, 'a Linux without a display')
  assert.equal(hasBrowser({ ...linux, isTerminal: false }), false)
  for (const env of [{ CI: 'true' }, { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, { BROWSER: 'none' }])
    assert.equal(hasBrowser({ ...linux, env: { ...linux.env, ...env } }), false, JSON.stringify(env))
})

test('each platform has its program', () => {
  const url = 'http://127.0.0.1:7070/ui'
  assert.deepEqual(browserCommand('darwin', url), ['open', url])
  assert.deepEqual(browserCommand('linux', url), ['xdg-open', url])
  assert.deepEqual(browserCommand('win32', url), ['cmd', '/c', 'start', '""', url])
})
