import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GroupFault, GroupModel } from '../../../test/kafka/group-model.ts'
import { Draw } from '../../../test/property/generate/draw.ts'
import { claimMetadata, claimOf, type PartitionClaim } from './partition-claim.ts'
import { PartitionShare } from './partition-share.ts'

const at = (offset: number, epoch = -1) => ({ offset, epoch })
const start = at(0)
const takenShare = (member: string, stored?: PartitionClaim, recorded?: number) =>
  PartitionShare.acquire(member, { ...(stored && { stored }), ...(recorded !== undefined && { recorded: at(recorded) }), start })

/** The claim of a member that has claimed up to an offset. */
function claimUpTo(share: PartitionShare, offset: number): PartitionClaim {
  const claim = share.claimBefore(at(offset))!
  share.stored(claim)
  share.submitted(at(offset))
  return claim
}

test('a member that is released goes on nowhere, and the next one begins behind its records', () => {
  const first = takenShare('a')
  claimUpTo(first, 20)
  // The last batch was claimed, and dropped when the partition was revoked.
  const released = first.release(at(15))
  assert.deepEqual(released, { unclaimed: at(15), holder: undefined, since: 15, owed: {} })
  const second = takenShare('b', released)
  assert.deepEqual(second.reading, { from: at(15), end: undefined })
  assert.equal(PartitionShare.owe('a', second.claim, at(15)), undefined)
})

test('a member that ends without a release owes what it has claimed and not recorded, and reads it once another has the partition', () => {
  const first = takenShare('a')
  const stored = claimUpTo(first, 20)
  assert.equal(PartitionShare.owe('a', stored, at(12)), undefined, 'a claim of it may be under way while it counts as the holder')
  const second = takenShare('b', stored)
  assert.deepEqual(second.reading, { from: at(20), end: undefined })
  const owing = PartitionShare.owe('a', second.claim, at(12))!
  assert.deepEqual(owing.reading, { from: at(12), end: 20 })
  assert.equal(owing.claimBefore(at(20)), undefined, 'it is claimed')
  owing.submitted(at(20))
  assert.equal(owing.isOver, true)
})

test('a member that gets its partition again reads what it owes, and then from the first record that nobody has claimed', () => {
  const first = takenShare('a')
  const second = takenShare('b', claimUpTo(first, 20))
  const stored = claimUpTo(second, 50)
  const again = takenShare('a', stored, 12)
  assert.deepEqual(again.claim.owed, { a: [[12, 20]], b: [[20, 50]] })
  assert.deepEqual(again.reading, { from: at(12), end: 20 })
  assert.deepEqual(again.submitted(at(20)), at(50))
  assert.deepEqual(again.reading, { from: at(50), end: undefined })
  const returned = takenShare('a', again.claim, 20)
  assert.deepEqual(returned.reading, { from: at(50), end: undefined }, 'not the records of b, though its position is before them')
})

test('a member that restarts goes on with what it has claimed, and may give it up in the middle', () => {
  const stored = claimUpTo(takenShare('a'), 20)
  const again = takenShare('a', stored, 12)
  assert.deepEqual(again.reading, { from: at(12), end: 20 })
  again.submitted(at(16))
  assert.deepEqual(again.release(at(16)), { unclaimed: at(16), holder: undefined, since: 16, owed: {} })
})

test('a claim is the metadata of an offset; other metadata is of a program that claims nothing', () => {
  const claim = { unclaimed: at(50, 3), holder: 'b', since: 20, owed: { a: [[12, 20]] } } as const
  assert.deepEqual(claimOf(claim.unclaimed, claimMetadata(claim)), claim)
  for (const text of ['', 'checkpoint 7', '{"spillway":2}', '{'])
    assert.deepEqual(claimOf(at(7), text), { unclaimed: at(7), holder: undefined, since: 7, owed: {} })
  const owed = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`member-${i}`, [[i, i + 1] as const]]))
  assert.throws(() => claimMetadata({ ...claim, owed }), /300 runs have claimed records of it and ended without recording them/)
})

const CASES = 400
const STEPS = 120

function problemsOf(seed: number, fault?: GroupFault): readonly string[] {
  return new GroupModel(new Draw(seed), fault).play(STEPS)
}

test(`random histories of a group: in each of ${CASES}, each record is in one data folder, once`, () => {
  for (let seed = 1; seed <= CASES; seed++) assert.deepEqual(problemsOf(seed), [], `seed ${seed}`)
})

const faults: readonly GroupFault[] = [
  'submits before the claim is stored',
  'goes on after a claim whose outcome is unknown',
  'records nothing that it owes',
  'records what it owes while it counts as the holder',
  'releases all that it has claimed',
  'releases before its records are durable',
  'records the end of a claim with its first record',
  'submits the rest of a claim after it gave the partition up',
  'takes a partition as if nothing were owed',
  'stores the claims of members that were expelled',
]

for (const fault of faults)
  test(`a group whose member ${fault} is found by these histories`, () => {
    let seed = 1
    while (seed <= CASES && problemsOf(seed, fault).length === 0) seed++
    assert.ok(seed <= CASES, 'no history shows it')
  })
