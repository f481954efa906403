/** Faults in the reading of a topic, one each. */
import type { Edit } from '../faults/edit.ts'

const batch = 'src/sources/kafka/topic-batch.ts'
const [lostRecord, otherBytes] = [
  /^topic \d+: topic of \S+: the record \d+ \d+, which is no event, is 0 dead letters/m,
  /^topic \d+: topic of \S+: the dead letter \S+ offset \d+ has other bytes than its record/m,
]

export const topicFaults: Readonly<Record<string, Edit>> = {
  'a record without a value is passed over': {
    path: batch,
    was: 'if (!skipsTombstones) reject(',
    is: 'if (!skipsTombstones && row < 0) reject(',
    finding: lostRecord,
  },
  'a value that cannot be decoded is passed over': {
    path: 'src/kafka/format/registered-format.ts',
    was: 'undecodable.push(rejectionOf(values, index, error))',
    is: 'rejectionOf(values, index, error)',
    finding: lostRecord,
  },
  'a value without the id of a schema is passed over': {
    path: 'src/kafka/format/json-format.ts',
    was: 'undecodable: [...undecodable, ...unframed],',
    is: 'undecodable,',
    finding: lostRecord,
  },
  'a dead letter has the frame of its value, and not the value': {
    path: 'src/kafka/format/rejected-value.ts',
    was: 'bytes.subarray(starts[index], ends[index])',
    is: 'bytes.subarray(starts[index], Math.min(ends[index], starts[index] + 5))',
    finding: otherBytes,
  },
  'a slice with as many records as it may have ends one record too late': {
    path: 'src/kafka/fetched-slices.ts',
    was: '    byteEnd = recordEnd\n  }\n  return { rowEnd,',
    is: '    byteEnd = recordEnd\n  }\n  return { rowEnd: Math.min(count, rowEnd + 1),',
    finding: otherBytes,
  },
}
