/** The claims of the partitions of a topic, as their group stores them. */
import { SpillwayError } from '../../base/index.ts'
import type { GroupMember, StoredOffset } from '../../kafka/index.ts'
import { claimMetadata, claimOf, type PartitionClaim } from './partition-claim.ts'

export class ClaimStore {
  readonly #name: string
  readonly #member: GroupMember

  /** `name`: that of the reader, for messages. */
  constructor(name: string, member: GroupMember) {
    this.#name = name
    this.#member = member
  }

  /** The stored claims; none of a partition that nobody has read. */
  async read(partitions: readonly number[]): Promise<ReadonlyMap<number, PartitionClaim>> {
    const offsets = await this.#member.offsets(partitions)
    return new Map(Array.from(offsets, ([partition, { place, metadata }]) => [partition, claimOf(place, metadata)]))
  }

  /** Stores claims as the member. @throws as `GroupMember.store` does; `SPILL_SOURCE` for a claim that a broker would not take. */
  async store(claims: ReadonlyMap<number, PartitionClaim>): Promise<void> {
    const offsets = new Map<number, StoredOffset>()
    for (const [partition, claim] of claims)
      offsets.set(partition, { place: claim.unclaimed, metadata: this.#metadataOf(partition, claim) })
    await this.#member.store(offsets)
  }

  #metadataOf(partition: number, claim: PartitionClaim): string {
    try {
      return claimMetadata(claim)
    } catch (error) {
      const problem = `partition ${partition}: ${(error as Error).message}. Start them, so that they record these records`
      throw new SpillwayError('SPILL_SOURCE', problem, { place: this.#name, cause: error })
    }
  }
}
