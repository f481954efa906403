/** Opens the history of a backfill: files, or the log of a data folder. */
import type { Pipeline } from '../../define/index.ts'
import type { NamedValues, SegmentLog } from '../../log/index.ts'
import { load, type LoadOptions, type SourceFile } from '../../replay/index.ts'
import type { BackfillTarget } from './target.ts'
import type { BackfillHistory } from './backfill.ts'
import type { PartitionUnit } from '../../offline/index.ts'
import { EventsInMemory, shareEvents } from './events.ts'
import { EventsOfLog } from './log-events.ts'

const sourcesOf = ({ groups }: BackfillTarget): Set<string> => new Set(groups.map(({ source }) => source.name))

/**
 * Reads the files of the required sources into memory.
 * @throws as `load` does.
 */
export async function historyOfFiles(
  { ir, maps }: Pick<Pipeline, 'ir' | 'maps'>,
  target: BackfillTarget,
  files: readonly SourceFile[],
  unit: PartitionUnit,
  options: LoadOptions,
): Promise<BackfillHistory> {
  const names = sourcesOf(target)
  const read = {
    ...ir,
    sources: ir.sources.filter(({ name }) => names.has(name)),
    groups: target.groups.map(({ group }) => group),
    models: [],
  }
  const { histories, strings } = await load(
    { ir: read, maps },
    files.filter(({ source }) => names.has(source)),
    options,
  )
  const blocks = new Map([...histories].map(([name, { block }]) => [name, block]))
  const events = new EventsInMemory(blocks, strings)
  return { events, extents: events.extents(unit), from: () => ({ kind: 'memory', shared: shareEvents(blocks, strings) }) }
}

/**
 * The log of the folder `data`, also while a process runs on it.
 * @throws as `Log` does, and `SPILL_DATA` for a damaged segment.
 */
export function historyOfLog(
  { ir }: Pick<Pipeline, 'ir'>,
  target: BackfillTarget,
  store: SegmentLog & NamedValues,
  data: string,
  unit: PartitionUnit,
): BackfillHistory {
  const events = new EventsOfLog(store, ir.sources)
  return {
    events,
    extents: events.extents(unit, [...sourcesOf(target)]),
    from: () => ({ kind: 'log', data, sources: ir.sources, end: events.end }),
  }
}
