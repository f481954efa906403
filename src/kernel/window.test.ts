import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tileStart, LIFETIME_HOP, Windows } from './window.ts'

test('tiles are aligned to the epoch, toward −∞', () => {
  const cases = [
    [0, 10, 0],
    [9, 10, 0],
    [10, 10, 10],
    [-1, 10, -10],
    [-10, 10, -10],
    [7, 1, 7],
    [-Infinity, LIFETIME_HOP, -Infinity],
  ]
  for (const [time, hop, start] of cases) assert.equal(tileStart(time, hop), start)
})

test('a tile divides every hop, and lifetime does not count', () => {
  const tileOf = (...hops: number[]) => new Windows(hops.map(hop => ({ span: 100, hop }))).tileWidth
  assert.equal(tileOf(5000, 60_000, 600_000), 5000)
  assert.equal(tileOf(4, 6), 2)
  assert.equal(tileOf(2, 3), 1)
  const lifetime = { span: Infinity, hop: LIFETIME_HOP }
  assert.equal(new Windows([lifetime]).tileWidth, LIFETIME_HOP)
  assert.equal(new Windows([{ span: 100, hop: 5 }, lifetime]).tileWidth, 5)
})

test('mixed and exact', () => {
  const shapeOf = (...hops: number[]) => {
    const { hasMixedTiles: mixed, isExact: exact, length } = new Windows(hops.map(hop => ({ span: 100, hop })))
    return [mixed, exact, length]
  }
  assert.deepEqual(shapeOf(1, 1), [false, true, 2])
  assert.deepEqual(shapeOf(7), [false, false, 1])
  assert.deepEqual(shapeOf(1, 7), [true, false, 2])
  assert.deepEqual(shapeOf(2, 3), [true, false, 2])
})

test('starts, reach and past tiles', () => {
  const windows = new Windows([
    { span: 18, hop: 10 },
    { span: 20, hop: 1 },
  ])
  assert.deepEqual([windows.start(0, 100), windows.start(1, 100)], [80, 80])
  assert.deepEqual([windows.start(0, 107), windows.start(1, 107)], [80, 87])
  assert.equal(windows.reach(107), 80)
  assert.equal(windows.reach(99), 79)
  assert.ok(!windows.isPast(80, 107) && windows.isPast(79, 107))
  assert.ok(!windows.isPast(79, 99) && windows.isPast(78, 99))
})

test('a window can start between two entries if it reaches the later one and their tiles differ', () => {
  const windows = new Windows([
    { span: 4, hop: 1 },
    { span: 40, hop: 10 },
  ])
  assert.ok(windows.canStartBetween(19, 20, 50))
  assert.ok(!windows.canStartBetween(12, 19, 50))
  assert.ok(windows.canStartBetween(45, 46, 50))
  assert.ok(!windows.canStartBetween(44, 45, 50))
  assert.ok(!windows.canStartBetween(46, 46, 50))
  assert.ok(windows.canStartBetween(9, 10, 50) && !windows.canStartBetween(8, 9, 50))
})
