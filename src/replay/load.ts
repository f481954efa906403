import { SpillwayError, type ErrorCode } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { PipelineIR, SourceIR } from '../define/ir/index.ts'
import { loadFile, type OpenRecords } from '../files/index.ts'
import {
  HistoryBuilder,
  type SourceHistory,
  type HistoryBuilderOptions,
  type RowMap,
  type SourceRejection,
  mapWithOwnNames,
  withOwnNames,
  withMappedNames,
  type ColumnMapping,
} from '../intake/index.ts'
import { replayLog, type ReplayLog } from './log.ts'
import { columnsNeeded, labelOnlySources } from '../decision/index.ts'

/** A file for a source. One file may feed several sources; a source may have several files, which are read in the given order. */
export interface SourceFile {
  readonly source: string
  readonly path: string
  /**
   * Names of fields by column, where they differ from the names of the columns: `{ amount: 'value' }`. Other fields are then ignored. The
   * files of a source share their names.
   */
  readonly columns?: Readonly<Record<string, string>>
  /** Opens the records if they are no file, such as those of a topic; `path` is then their name. */
  readonly open?: OpenRecords
}

/** Options of `load`. */
export interface LoadOptions {
  /** Called for each record that a source rejects. */
  readonly onRejected: (rejection: SourceRejection) => void
  /** Called with the number of further records that could not be decoded. Every source that the file feeds rejects each of them. */
  readonly onUndecodable?: (records: number) => void
  /** Called as records are read, with the file's name and the share of it that was read, 0 to 1. */
  readonly onProgress?: (path: string, share: number) => void
  /** Called for ignored or missing columns, in words. */
  readonly onWarning?: (warning: string) => void
  /** The table of texts; a new one by default. */
  readonly strings?: Strings
  /** Called when a file is truncated; the records before the break are loaded. Without it, a truncated file is an error. */
  readonly onBroken?: (warning: string) => void
}

/** The part of the intake's options that a caller chooses for each source. */
type Loading = Pick<HistoryBuilderOptions, 'strings' | 'keep' | 'shared' | 'deduplicate' | 'columnMapping'>

/** The part of a pipeline that reads its sources. */
export interface LoadablePipeline {
  readonly ir: PipelineIR
  readonly maps: ReadonlyMap<string, RowMap>
}

/**
 * Reads the files of a pipeline's sources into one log in memory.
 *
 * @throws SpillwayError `SPILL_INPUT` for a source without a file, unless only labels need the source; `SPILL_NOT_FOUND` for an unknown
 * source; `SPILL_FILE`, `SPILL_FORMAT` or `SPILL_TRUNCATED` for a file that cannot be read at all.
 * @example
 * ```ts
 * const log = await load(pipeline, [{ source: 'payments', path: 'payments.ndjson' }], { onRejected: console.warn })
 * console.log(log.length, 'events')
 * ```
 */
export async function load(pipeline: LoadablePipeline, files: readonly SourceFile[], options: LoadOptions): Promise<ReplayLog> {
  const { strings = new Strings() } = options
  const { ir } = pipeline
  const needed = columnsNeeded(ir)
  const mappings = columnMappings(files)
  const intakes = await loadIntakes(withFileNames(pipeline, mappings), files, options, ({ name, mapVersion }) => {
    const names = mappings.get(name)
    const keep = new Set(Array.from(needed.get(name)!, column => (mapVersion === undefined && names?.get(column)) || column))
    return { strings, keep, ...(names && { columnMapping: mapVersion === undefined ? new Map() : names }) }
  })
  const histories = new Map<string, SourceHistory>(
    ir.sources.map(source => {
      const history = intakes.get(source.name)!.finish()
      const names = source.mapVersion === undefined ? mappings.get(source.name) : undefined
      return [source.name, names ? withOwnNames(history, source, names) : history]
    }),
  )
  const missing = new Set([...labelOnlySources(ir)].filter(name => !files.some(({ source }) => source === name)))
  return replayLog(ir, histories, strings, { missing })
}

/** Column mappings by source, of sources whose files have one. */
const columnMappings = (files: readonly SourceFile[]): ReadonlyMap<string, ColumnMapping> =>
  new Map(files.flatMap(({ source, columns }) => (columns ? [[source, new Map(Object.entries(columns))]] : [])))

/** The pipeline with the column names of the files: sources without a map are renamed, and maps get both names. */
function withFileNames({ ir, maps }: LoadablePipeline, mappings: ReadonlyMap<string, ColumnMapping>): LoadablePipeline {
  const sources = ir.sources.map(source => {
    const names = mappings.get(source.name)
    return names && source.mapVersion === undefined ? withMappedNames(source, names) : source
  })
  const renamedMaps = [...maps].map(([name, map]) => [name, mappings.has(name) ? mapWithOwnNames(map, mappings.get(name)!) : map] as const)
  return { ir: { ...ir, sources }, maps: new Map(renamedMaps) }
}

/**
 * Reads the files of a pipeline's sources, each into an unfinished intake with the options that `loading` returns. Throws as `load`
 * does.
 */
export async function loadIntakes(
  pipeline: LoadablePipeline,
  files: readonly SourceFile[],
  options: LoadOptions,
  loading: (source: SourceIR) => Loading,
): Promise<Map<string, HistoryBuilder>> {
  checkSources(pipeline.ir, files)
  const { onRejected } = options
  const intakes = new Map(
    pipeline.ir.sources.map(source => [
      source.name,
      new HistoryBuilder(source, { ...loading(source), map: pipeline.maps.get(source.name), onRejected }),
    ]),
  )
  for (const path of new Set(files.filter(({ open }) => !open).map(file => file.path))) {
    const fed = files.filter(file => file.path === path && !file.open).map(file => intakes.get(file.source)!)
    await readFileInto({ path }, fed, options)
  }
  for (const file of files) if (file.open) await readFileInto(file, [intakes.get(file.source)!], options)
  return intakes
}

/** Codes of a file that breaks off after some of its records. */
const brokenFileCodes: readonly ErrorCode[] = ['SPILL_TRUNCATED', 'SPILL_FILE']

async function readFileInto(
  { path, open }: Pick<SourceFile, 'path' | 'open'>,
  intakes: readonly HistoryBuilder[],
  { onRejected, onUndecodable, onProgress, onWarning, onBroken }: LoadOptions,
): Promise<void> {
  const before = intakes.map(intake => intake.counts.records)
  try {
    const { warnings } = await loadFile(path, intakes, { open, onRejected, onUndecodable, onProgress: share => onProgress?.(path, share) })
    for (const warning of warnings) onWarning?.(warning)
  } catch (error) {
    const hasRecords = intakes.some((intake, i) => intake.counts.records > before[i])
    if (!(error instanceof SpillwayError) || !brokenFileCodes.includes(error.code) || !hasRecords || !onBroken) throw error
    onBroken(`${error.message}; the records before that were loaded`)
  }
}

function checkSources(ir: PipelineIR, files: readonly SourceFile[]): void {
  const names = ir.sources.map(source => source.name)
  const unknown = files.find(file => !names.includes(file.source))
  if (unknown)
    throw new SpillwayError('SPILL_NOT_FOUND', `no source '${unknown.source}' in pipeline '${ir.name}'; it has ${names.join(', ')}`)
  const unneeded = labelOnlySources(ir)
  const missing = names.filter(name => !unneeded.has(name) && !files.some(file => file.source === name))
  if (missing.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `no file for ${missing.map(name => `source '${name}'`).join(' and ')}: add ${missing.map(name => `--source ${name}=FILE`).join(' ')}`,
    )
}
