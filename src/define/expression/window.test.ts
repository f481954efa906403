import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs, durationText, type Duration } from '../../base/duration.ts'
import { rejects } from '../../../test/rejects.ts'
import { defaultHop, windowOf } from './window.ts'

test('the default hop is the largest step that is at most a sixtieth of the window', () => {
  const hops = (windows: Duration[]) => windows.map(window => durationText(defaultHop(durationMs(window))))
  assert.deepEqual(hops(['1ms', '59s', '59999ms']), ['1ms', '1ms', '1ms'])
  assert.deepEqual(hops(['1m', '299s', '5m', '10m', '30m', '1h']), ['1s', '1s', '5s', '10s', '30s', '1m'])
  assert.deepEqual(hops(['299m', '5h', '10h', '30h', '60h', '1d', '7d']), ['1m', '5m', '10m', '30m', '1h', '10m', '1h'])
  assert.deepEqual(hops(['15d', '30d', '60d', '365d']), ['6h', '6h', '1d', '1d'])
})

test('a window is a duration or the lifetime', () => {
  assert.equal(windowOf('x', '1h'), 3_600_000)
  assert.equal(windowOf('x', 'lifetime'), 'lifetime')
  rejects(() => windowOf('x', '1 hour' as never), "x window: '1 hour' is no duration; write '30s', '10m', '1h' or '7d'")
  rejects(() => windowOf('x', '0s'), /is no duration/)
  rejects(() => windowOf('x', '200000d'), /is longer than 278 years; write 'lifetime'/)
})
