/** The functions of the client that Node lacks. */
import * as client from '@platformatic/kafka'
import type { RecordSetCodecs } from '../records/record-set.ts'

export const clientCodecs: RecordSetCodecs = {
  snappy: block => client.compressionsAlgorithms.snappy.decompressSync(block),
  lz4: frame => client.compressionsAlgorithms.lz4.decompressSync(frame),
  crc32c: bytes => client.crc32c(bytes),
}
