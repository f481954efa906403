/** Contents of a data folder in the form of a model store. */
import type { NewEffect, StoredEffect } from '../../src/log/effects.ts'
import type { SqliteReader } from '../../src/log/sqlite/reader.ts'
import type { Commit, StoredSegment } from '../../src/log/store.ts'
import type { Disk } from './model-store.ts'

export function diskOf(reader: SqliteReader): Disk {
  const commits: Commit[] = [{ schemas: reader.schemas(), put: reader.named(''), deadLetters: [...reader.deadLetters.dead()] }]
  for (const segment of segments(reader)) commits.push({ segment })
  for (const stretch of [...reader.newestDecisions()].toReversed()) commits.push({ decisions: [stretch] })
  commits.push({ effects: [...reader.effects.newestFirst()].toReversed().map(madeOf) })
  return { commits }
}

const madeOf = ({ number, action, id, entry, key, t, decidedAt, due, body, state }: StoredEffect): NewEffect => ({
  number,
  action,
  id,
  entry,
  key,
  t,
  decidedAt,
  due,
  body,
  isDry: state === 'dry',
})

function* segments(reader: SqliteReader): Generator<StoredSegment> {
  for (let next = 0; ;) {
    const segment = reader.segmentAt(next)
    if (!segment) return
    yield segment
    next = segment.first + segment.entries
  }
}
