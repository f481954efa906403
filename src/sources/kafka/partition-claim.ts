/**
 * The claim of a partition by a member of a group: which records only that member may record. A group stores it as the committed offset of the
 * partition and its metadata, and its coordinator rejects claims of members that are no longer in the group. So the coordinator is the fence.
 *
 * A member stores a claim before it submits records, and records them afterwards. A member that ends in between has claimed records that it has
 * not recorded: it owes them, and records them once it is back. No other member reads them.
 */
import type { PartitionPlace } from '../../kafka/index.ts'

/** Offsets from the first to before the second. */
export type OffsetRange = readonly [first: number, end: number]

export interface PartitionClaim {
  /** The first record that no member has claimed. */
  readonly unclaimed: PartitionPlace
  /** The member that has the partition; undefined once it has released it. */
  readonly holder: string | undefined
  /** Offset from which the claim of the holder goes, to before `unclaimed`. */
  readonly since: number
  /** Claims of members that lost the partition without releasing it, in order, by member. */
  readonly owed: Readonly<Record<string, readonly OffsetRange[]>>
}

/** Brokers take 4,096 bytes of metadata (`offset.metadata.max.bytes`). */
const METADATA_BYTES_MAX = 4096
const VERSION = 1

interface ClaimMetadata {
  readonly spillway: typeof VERSION
  readonly holder?: string
  readonly since: number
  readonly owed?: PartitionClaim['owed']
}

/** The metadata of a claim. Throws a RangeError if a broker would not take it: too many members have ended without releasing the partition. */
export function claimMetadata({ holder, since, owed }: PartitionClaim): string {
  const metadata: ClaimMetadata = {
    spillway: VERSION,
    ...(holder !== undefined && { holder }),
    since,
    ...(Object.keys(owed).length > 0 && { owed }),
  }
  const text = JSON.stringify(metadata)
  if (Buffer.byteLength(text) > METADATA_BYTES_MAX)
    throw new RangeError(`${Object.keys(owed).length} runs have claimed records of it and ended without recording them`)
  return text
}

/** The claim of a committed offset. An offset that no member has stored is one behind which all is free. */
export function claimOf(unclaimed: PartitionPlace, metadata: string): PartitionClaim {
  const { holder, since = unclaimed.offset, owed = {} } = parsedMetadata(metadata) ?? {}
  return { unclaimed, holder, since, owed }
}

function parsedMetadata(text: string): Partial<ClaimMetadata> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value = JSON.parse(text) as Partial<ClaimMetadata>
    return value.spillway === VERSION ? value : undefined
  } catch {
    return undefined
  }
}

/** The claims of a member on a partition, whether it has the partition or has lost it. */
function claimsOf(claim: PartitionClaim, member: string): readonly OffsetRange[] {
  const owed = claim.owed[member] ?? []
  return claim.holder === member ? [...owed, [claim.since, claim.unclaimed.offset]] : owed
}

/** The offsets that a member has claimed and not recorded. `recorded`: its position, the offset behind the last record. */
export function unrecordedOf(claim: PartitionClaim, member: string, recorded: number): readonly OffsetRange[] {
  return claimsOf(claim, member)
    .map(([first, end]): OffsetRange => [Math.max(first, recorded), end])
    .filter(([first, end]) => first < end)
}

/** The claims that are owed once another member takes the partition. Those that the other has recorded are left out. */
export function owedAfter(claim: PartitionClaim, member: string, recorded: number): PartitionClaim['owed'] {
  const owed = new Map(Object.entries(claim.owed))
  const { holder } = claim
  if (holder !== undefined && holder !== member && claim.since < claim.unclaimed.offset) owed.set(holder, claimsOf(claim, holder))
  const own = unrecordedOf(claim, member, recorded)
  if (own.length > 0) owed.set(member, own)
  else owed.delete(member)
  return Object.fromEntries(owed)
}
