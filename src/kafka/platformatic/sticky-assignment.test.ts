import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Draw } from '../../../test/property/generate/draw.ts'
import { stickyAssignment } from './sticky-assignment.ts'

test('each partition has one member, shares differ by one, and members keep what they had', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const draw = new Draw(seed)
    const [count, size] = [draw.between(1, 12), draw.between(1, 6)]
    const members = Array.from({ length: size }, (_, i) => ({
      id: `m${i}`,
      // Two may say that they had one, since one of them was expelled.
      owned: Array.from({ length: count }, (_each, partition) => partition).filter(() => draw.chance(0.4)),
    }))
    const assignment = stickyAssignment(members, count)
    const all = [...assignment.values()].flat().toSorted((a, b) => a - b)
    assert.deepEqual(
      all,
      Array.from({ length: count }, (_, partition) => partition),
    )
    const sizes = Array.from(assignment.values(), partitions => partitions.length)
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `seed ${seed}`)
    assert.deepEqual(stickyAssignment(draw.shuffled(members), count), assignment, 'in any order of the members')
  }
})

test('a member that joins takes partitions away, and moves none between others', () => {
  const before = [
    { id: 'a', owned: [0, 1, 2] },
    { id: 'b', owned: [3, 4, 5] },
  ]
  assert.deepEqual(
    [...stickyAssignment([...before, { id: 'c', owned: [] }], 6)],
    [
      ['a', [0, 1]],
      ['b', [3, 4]],
      ['c', [2, 5]],
    ],
  )
})
