/** The records of a batch that a member may submit: those before the end of a range that it owes, or all. */
import type { FetchedRecords, PartitionPlace } from '../../kafka/index.ts'
import type { PartitionShare } from './partition-share.ts'

/** A partition that is read now. */
export interface ReadShare {
  readonly share: PartitionShare
  /** That of the fetch. */
  assignment: number
  /** The claim that is being stored, or was stored last. */
  claiming: Promise<void>
  /** It is not known whether the last claim is stored. */
  isClaiming: boolean
  /** Without `follow`: the offset at which reading ends. */
  readonly end: number | undefined
}

/** Records of a partition, as far as they are this member's. */
export interface OwnRecords {
  readonly fetched: FetchedRecords
  readonly read: ReadShare
  /** From where the fetch goes on; behind the records, or later. */
  readonly fetchedTo: number
  /** Behind them. */
  readonly place: PartitionPlace
}

/** Copies no record. Undefined for records of an earlier assignment. */
export function ownRecords(fetched: FetchedRecords, read: ReadShare): OwnRecords | undefined {
  if (fetched.assignment !== read.assignment) return undefined
  const { end = Infinity } = read.share.reading
  const fetchedTo = fetched.next
  if (fetchedTo <= end) return { fetched, read, fetchedTo, place: { offset: fetchedTo, epoch: fetched.epoch } }
  const { records, damaged } = fetched
  const after = records.offsets.subarray(0, records.count).findIndex(offset => offset >= end)
  const part: FetchedRecords = {
    ...fetched,
    records: { ...records, count: after < 0 ? records.count : after },
    damaged: damaged.filter(({ first }) => first < end),
    next: end,
    // All records before the end may be of an earlier fetch.
    epoch: -1,
  }
  return { fetched: part, read, fetchedTo, place: { offset: end, epoch: -1 } }
}
