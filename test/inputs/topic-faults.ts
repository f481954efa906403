/** Faults in the reading of a topic, one each. */
import type { Edit } from '../faults/edit.ts'

const batch = 'src/sources/kafka/topic-batch.ts'

export const topicFaults: Readonly<Record<string, Edit>> = {
  'a record without a value is passed over': {
    path: batch,
    was: 'if (!skipsTombstones) reject(',
    is: 'if (!skipsTombstones && row < 0) reject(',
  },
  'a value that cannot be decoded is passed over': {
    path: 'src/kafka/format/registered-format.ts',
    was: 'undecodable.push(rejectionOf(values, index, error))',
    is: 'rejectionOf(values, index, error)',
  },
  'a value without the id of a schema is passed over': {
    path: 'src/kafka/format/json-format.ts',
    was: 'undecodable: [...undecodable, ...unframed],',
    is: 'undecodable,',
  },
  'a dead letter has the frame of its value, and not the value': {
    path: 'src/kafka/format/rejected-value.ts',
    was: 'bytes.subarray(starts[index], ends[index])',
    is: 'bytes.subarray(starts[index], Math.min(ends[index], starts[index] + 5))',
  },
}
