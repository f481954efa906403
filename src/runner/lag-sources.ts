/** The sources of a run, by their readers: how far they are behind, if that can be measured, and whether they have failed. */
import type { LagSource } from '../monitor/index.ts'
import type { OpenedReader } from '../sources/index.ts'
import { positionName } from '../sources/reader/index.ts'
import type { Run } from '../run/index.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** A source for each reader. `reading`: the run that reads them, once it has begun. */
export function lagSourcesOf(
  run: Pick<Run, 'committedPosition'>,
  readers: readonly OpenedReader[],
  reading: () => Pick<PipelineRun, 'isReading' | 'failureOf'> | undefined,
): LagSource[] {
  return readers.map(opened => {
    const { source, reader } = opened
    const committed = (partition?: string) => run.committedPosition(positionName(source, reader.name, partition))
    return {
      source,
      reader: reader.name,
      isAlive: () => reading()?.isReading(opened) ?? true,
      failure: () => reading()?.failureOf(opened),
      measure: reader.measureLag && (() => reader.measureLag!(committed)),
    }
  })
}
