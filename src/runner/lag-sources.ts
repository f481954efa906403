/** The sources of a run whose readers can measure how far they are behind. */
import type { LagSource } from '../monitor/index.ts'
import type { OpenedReader } from '../sources/index.ts'
import { positionName } from '../sources/reader/index.ts'
import type { Run } from '../run/index.ts'

/** A source for each reader that measures its lag. `isReading` is false for a reader that has ended. */
export function lagSourcesOf(
  run: Pick<Run, 'committedPosition'>,
  readers: readonly OpenedReader[],
  isReading: (opened: OpenedReader) => boolean,
): LagSource[] {
  return readers.flatMap(opened => {
    const { source, reader } = opened
    if (!reader.measureLag) return []
    const committed = (partition?: string) => run.committedPosition(positionName(source, reader.name, partition))
    return [{ source, isAlive: () => isReading(opened), measure: () => reader.measureLag!(committed) }]
  })
}
