/** What a data folder holds, as a model store would hold it. */
import type { SqliteReader } from '../../src/log/sqlite/reader.ts'
import type { Commit, StoredSegment } from '../../src/log/store.ts'
import type { Disk } from './model-store.ts'

export function diskOf(reader: SqliteReader): Disk {
  const commits: Commit[] = [{ schemas: reader.schemas(), put: reader.named(''), dead: [...reader.letters.dead()] }]
  for (const segment of segments(reader)) commits.push({ segment })
  for (const stretch of [...reader.decisions()].toReversed()) commits.push({ decisions: [stretch] })
  return { commits }
}

function* segments(reader: SqliteReader): Generator<StoredSegment> {
  for (let next = 0; ;) {
    const segment = reader.segmentAt(next)
    if (!segment) return
    yield segment
    next = segment.first + segment.entries
  }
}
