import assert from 'node:assert/strict'
import { test } from 'node:test'
import { downstream } from './downstream.ts'
import { valuesPath } from './values-path.ts'

test('a key is read now by its columns, or as of a time in UTC', () => {
  const one = { name: 'now', key: ['card'] }
  const two = { name: 'both', key: ['card', 'shop'] }
  assert.equal(valuesPath(one, undefined, undefined), undefined)
  assert.equal(valuesPath(one, 'a,b&c', undefined), '/features/now?key=a%2Cb%26c')
  assert.equal(valuesPath(two, 'a, b', undefined), '/features/both?key=a&key=b')
  assert.equal(valuesPath(two, 'a,b', '2026-01-01 12:00'), '/features/as-of?group=both&key=a%2Cb&at=2026-01-01T12%3A00%3A00.000Z')
  assert.equal(valuesPath(one, 'a', 'noon'), '/features/as-of?group=now&key=a&at=noon', 'the server says what is wrong')
})

test('lineage downstream is followed through models to actions, and not beside them', () => {
  const edge = (from: string, to: string) => {
    const [fromKind, fromName, toKind, toName] = [...from.split(' '), ...to.split(' ')]
    return { from: { kind: fromKind, name: fromName }, to: { kind: toKind, name: toName }, roles: ['value'] }
  }
  const edges = [
    edge('column s.a', 'feature g.n'),
    edge('feature g.n', 'model m'),
    edge('feature g.o', 'model o'),
    edge('model m', 'action x'),
  ]
  assert.deepEqual(
    downstream(edges, 'feature g.n').map(({ to }) => to.name),
    ['m', 'x'],
  )
})
