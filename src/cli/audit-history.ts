/** The history that an audit is of: files, whatever their columns are called, or the log of a data folder. */
import { SpillwayError } from '../base/errors.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir.ts'
import type { Pipeline } from '../define/pipeline.ts'
import type { RowMap } from '../intake/mapping.ts'
import { lookInto } from '../log/sqlite/data-folder.ts'
import { load } from '../replay/load.ts'
import type { ReplayLog } from '../replay/log.ts'
import { storedHistory } from '../run/stored-history.ts'
import type { AuditRequest, ColumnName } from './audit-request.ts'

export interface AuditHistory {
  readonly log: ReplayLog
  /** Processor seconds of reading and checking, by source: what all took, by how many events each has. */
  readonly intakeSeconds?: ReadonlyMap<string, number>
  /** Records that were refused, and the first of them, in words. */
  readonly refused: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}

export async function historyOf(
  pipeline: Pipeline,
  request: AuditRequest,
  onProgress: (stage: string, share: number) => void,
): Promise<AuditHistory> {
  const { files, data, columns } = request
  if (files.length === 0) {
    const { ir } = pipeline
    const log = await lookInto(data!, reader =>
      storedHistory(ir, ir, reader, new Strings(), { onProgress: share => onProgress('reading the log', share) }),
    )
    return { log, refused: undefined, warnings: [] }
  }
  const named = columns.length === 0 ? pipeline : { ir: pipeline.ir, maps: mapsFor(pipeline, columns) }
  const warnings: string[] = []
  let [count, first] = [0, '']
  const before = process.cpuUsage()
  const log = await load(named, files, {
    onRefused({ reason, detail, source }) {
      if (count++ === 0) first = `${source ?? 'a file'}: ${reason}, ${detail}`
    },
    onWarning: warning => void warnings.push(warning),
    onProgress: (path, share) => onProgress(`reading ${path}`, share),
  })
  for (const [name, { counts }] of log.histories)
    if (counts.records > 0 && counts.accepted === 0)
      throw new SpillwayError(
        'SPILL_INPUT',
        `all ${counts.records} records of source '${name}' were refused; the first of the history: ${first}`,
      )
  const { user, system } = process.cpuUsage(before)
  return { log, intakeSeconds: sharedBy(log, (user + system) / 1e6), refused: count > 0 ? { count, first } : undefined, warnings }
}

function sharedBy({ histories, length }: ReplayLog, seconds: number): Map<string, number> {
  return new Map([...histories].map(([name, { block }]) => [name, (seconds * block.length) / Math.max(1, length)]))
}

/** The maps of sources whose columns have other names: what a record has under theirs, it has under ours as well. Throws `SPILL_INPUT` for a source or column that there is not. */
function mapsFor({ ir, maps }: Pipeline, columns: readonly ColumnName[]): Map<string, RowMap> {
  const named = new Map<string, ColumnName[]>()
  for (const name of columns) {
    const source = ir.sources.find(candidate => candidate.name === name.source)
    if (!source)
      throw new SpillwayError(
        'SPILL_INPUT',
        `no source '${name.source}' in pipeline '${ir.name}'${didYouMean(
          name.source,
          ir.sources.map(one => one.name),
        )}`,
      )
    const own = source.columns.map(column => column.name)
    if (!maps.has(name.source) && !own.includes(name.column))
      throw new SpillwayError('SPILL_INPUT', `source '${name.source}' has no column '${name.column}'${didYouMean(name.column, own)}`)
    named.set(name.source, [...(named.get(name.source) ?? []), name])
  }
  return new Map([
    ...maps,
    ...[...named].map(
      ([source, names]) =>
        [
          source,
          renamed(
            names,
            ir.sources.find(({ name }) => name === source)!,
            maps.get(source),
          ),
        ] as const,
    ),
  ])
}

/** A map of the source's own gets the record with both names. Without one a row has the columns of the source and nothing else. */
function renamed(names: readonly ColumnName[], { columns }: SourceIR, map: RowMap | undefined): RowMap {
  const theirs = new Map(names.map(name => [name.column, name.theirs]))
  return (record: Readonly<Record<string, unknown>>) => {
    if (map) return map({ ...record, ...Object.fromEntries([...theirs].map(([column, name]) => [column, record[name]])) } as never)
    const given = columns.map(({ name }) => [name, theirs.get(name) ?? name] as const).filter(([, name]) => name in record)
    return Object.fromEntries(given.map(([name, found]) => [name, record[found]]))
  }
}
