/** The clauses about members of a group of a driver's contract. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { pause } from '../../src/base/clock.ts'
import type { GroupMember, GroupProtocol, MemberOptions } from '../../src/kafka/port/driver.ts'
import { clause, type ContractSuite } from './contract-cluster.ts'
import { rejectsAs } from './contract-reader.ts'

const AGAIN_MS = 5

/** A member that gives up and gets partitions as its group decides. */
class FollowingMember {
  readonly member: GroupMember
  /** All members of the group. */
  readonly #peers: Set<FollowingMember>
  partitions: readonly number[] = []
  /** Rejects with the error that ends the membership. */
  readonly end: Promise<never>

  constructor(member: GroupMember, peers = new Set<FollowingMember>()) {
    this.member = member
    this.#peers = peers.add(this)
    this.end = this.#follow()
    this.end.catch(() => {})
  }

  async #follow(): Promise<never> {
    for (;;) {
      this.partitions = await this.member.partitions()
      for (const peer of this.#peers)
        if (peer !== this)
          assert.ok(!this.partitions.some(partition => peer.partitions.includes(partition)), 'two members have the same partition')
    }
  }

  /** Waits until a condition holds. Rejects if the membership of any member ends. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await Promise.race([...Array.from(this.#peers, ({ end }) => end), pause(AGAIN_MS)])
  }

  async leave(): Promise<void> {
    this.#peers.delete(this)
    this.partitions = []
    await this.member.leave()
  }
}

const stored = (offset: number, metadata: string, epoch = -1) => ({ place: { offset, epoch }, metadata })

const newGroup = async ({ cluster }: ContractSuite, protocol: GroupProtocol, partitions: number): Promise<MemberOptions> => ({
  group: `group-${randomUUID()}`,
  topic: await cluster.createTopic(partitions),
  protocol,
})

export function memberClauses(suite: ContractSuite, protocol: GroupProtocol): void {
  partitionClauses(suite, protocol)
  storedOffsetClauses(suite, protocol)
}

function partitionClauses(suite: ContractSuite, protocol: GroupProtocol): void {
  const { driver, cluster } = suite
  clause(suite, `${protocol}: a member has all partitions, two share them, and who remains has all again`, async () => {
    const options = await newGroup(suite, protocol, 3)
    const peers = new Set<FollowingMember>()
    const first = new FollowingMember(driver.member(options), peers)
    await first.until(() => first.partitions.length === 3)
    const second = new FollowingMember(driver.member(options), peers)
    await second.until(() => [1, 2].includes(first.partitions.length) && first.partitions.length + second.partitions.length === 3)
    assert.deepEqual(new Set([...first.partitions, ...second.partitions]), new Set([0, 1, 2]))
    await first.leave()
    await second.until(() => second.partitions.length === 3)
    assert.deepEqual(new Set(second.partitions), new Set([0, 1, 2]))
    await second.leave()
  })

  clause(suite, `${protocol}: a member of another group has all partitions, too`, async () => {
    const options = await newGroup(suite, protocol, 2)
    const members = [options, { ...options, group: `${options.group}-2` }].map(each => new FollowingMember(driver.member(each)))
    for (const member of members) await member.until(() => member.partitions.length === 2)
    await members[0].member.store(new Map([[0, stored(1, 'first')]]))
    assert.deepEqual(await members[1].member.offsets([0, 1]), new Map())
    await Promise.all(members.map(member => member.leave()))
  })

  clause(suite, `${protocol}: a member of a topic that does not exist is not let in`, async () => {
    const member = driver.member({ group: `group-${randomUUID()}`, topic: 'absent', protocol })
    await rejectsAs(member.partitions(), 'missing')
    await member.leave()
  })

  if (cluster.expel) {
    clause(suite, `${protocol}: a member that was expelled is fenced, and stores nothing`, () => fencedMember(suite, protocol, false))
    clause(suite, `${protocol}: a member is fenced, and stores nothing, also if its group is gone since it was expelled`, () =>
      fencedMember(suite, protocol, true),
    )
  }
}

/** A member that is expelled, and then another one. `isGroupGone`: its group is deleted before it asks again. */
async function fencedMember(suite: ContractSuite, protocol: GroupProtocol, isGroupGone: boolean): Promise<void> {
  const { driver, cluster } = suite
  const options = await newGroup(suite, protocol, 1)
  const expelled = new FollowingMember(driver.member(options))
  await expelled.until(() => expelled.partitions.length === 1)
  await cluster.expel!(options)
  if (isGroupGone) await cluster.deleteGroup!(options)
  await rejectsAs(expelled.end, 'fenced')
  const { member } = expelled
  await rejectsAs(member.partitions(), 'fenced')
  await rejectsAs(member.store(new Map([[0, stored(1, '')]])), 'fenced')
  assert.deepEqual(await driver.groupOffsets(options.group, options.topic, [0]), new Map())
  const next = new FollowingMember(driver.member(options))
  await next.until(() => next.partitions.length === 1)
  await next.leave()
  await member.leave()
}

function storedOffsetClauses(suite: ContractSuite, protocol: GroupProtocol): void {
  const { driver } = suite
  clause(suite, `${protocol}: the offsets and texts that a member stores are those of the next member, and of the group`, async () => {
    const options = await newGroup(suite, protocol, 3)
    const { group, topic } = options
    const first = driver.member(options)
    await first.partitions()
    assert.deepEqual(await first.offsets([0, 1, 2]), new Map())
    await first.store(
      new Map([
        [0, stored(4, '{"text": "grün"}', 2)],
        [2, stored(9, '')],
      ]),
    )
    await first.store(new Map([[2, stored(1, 'lower', 0)]]))
    await first.leave()
    const second = driver.member(options)
    await second.partitions()
    assert.deepEqual(await second.offsets([0, 1]), new Map([[0, stored(4, '{"text": "grün"}', 2)]]))
    assert.deepEqual(await second.offsets([2]), new Map([[2, stored(1, 'lower', 0)]]))
    assert.deepEqual(await second.offsets([]), new Map())
    await second.leave()
    assert.deepEqual(await driver.groupOffsets(group, topic, [1, 2]), new Map([[2, 1]]))
  })

  clause(suite, `${protocol}: a member reads offsets that were committed for its group without a member`, async () => {
    const options = await newGroup(suite, protocol, 2)
    await driver.commitOffsets(options.group, options.topic, new Map([[1, 6]]))
    const member = driver.member(options)
    await member.partitions()
    assert.deepEqual(await member.offsets([0, 1]), new Map([[1, stored(6, '')]]))
    await member.leave()
  })
}
