import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastResults, memoize, memoizeByRows, RecentResults } from './caches.ts'

test('results are computed once, and the least recently used are evicted first', () => {
  const cache = new RecentResults<string>(25, ({ length }) => length)
  const computed: string[] = []
  const of = (id: string, result = 'ten bytes.') =>
    cache.getOrCompute(id, () => {
      computed.push(id)
      return result
    })
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b', 'a']) of(id)
  assert.deepEqual(computed, ['a', 'b', 'c', 'b'], 'there is room for two')
  for (const id of ['a', 'b', 'c']) of(id)
  assert.deepEqual(computed.slice(4), ['c'])
  cache.delete('c')
  cache.delete('unknown')
  for (const id of ['b', 'c', 'b']) of(id)
  assert.deepEqual(computed.slice(5), ['c'], 'a deleted result leaves its room')
})

test('results larger than the cache stay until the next ones', () => {
  const cache = new RecentResults<number[]>(1, ({ length }) => length)
  const first = cache.getOrCompute('a', () => [1, 2, 3])
  assert.equal(
    cache.getOrCompute('a', () => []),
    first,
  )
  const second = cache.getOrCompute('b', () => [1, 2])
  assert.equal(
    cache.getOrCompute('b', () => []),
    second,
  )
  assert.deepEqual(
    cache.getOrCompute('a', () => []),
    [],
  )
})

test('the last result is computed again where a part of its key differs', () => {
  const last = lastResults<object, object>()
  const [of, part] = [{}, {}]
  const first = last(of, [part, 1, 'x'], () => ({}))
  assert.equal(
    last(of, [part, 1, 'x'], () => ({})),
    first,
  )
  for (const key of [
    [part, 2, 'x'],
    [{}, 1, 'x'],
    [part, 1, 'x'],
  ])
    assert.notEqual(
      last(of, key, () => ({})),
      first,
    )
  assert.notEqual(
    last({}, [part, 1, 'x'], () => ({})),
    first,
  )
})

test('memoized functions compute once for an object, and once for each range of its rows', () => {
  let computed = 0
  const [once, byRows] = [memoize(() => ++computed), memoizeByRows(() => ++computed)]
  const of = {}
  assert.deepEqual([once(of), once(of), once({})], [1, 1, 2])
  const rows = (from: number, to: number) => byRows(of, { from, to })
  assert.deepEqual([rows(0, 5), rows(5, 9), rows(0, 5), rows(5, 9)], [3, 4, 3, 4])
})
