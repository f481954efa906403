/** Loads the history of an audit from files, with mapped column names, or from the log of a data folder. */
import { SpillwayError } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { labelOnlySources } from '../../decision/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { withFolder } from '../../operate/index.ts'
import { load, type SourceFile, type ReplayLog } from '../../replay/index.ts'
import { storedHistory } from '../../run/history/index.ts'
import { checkHistoryFields, columnMappingsOf, type FileFields, withColumns } from '../command/column-mapping.ts'
import type { AuditRequest } from './audit-request.ts'

/** The history of an audit, with problems of its files. */
export interface AuditHistory {
  readonly log: ReplayLog
  /** CPU seconds of reading and validation by source: the total, divided in proportion to the events of each source. */
  readonly intakeSeconds?: ReadonlyMap<string, number>
  /** Number of rejected records, and a description of the first. */
  readonly rejected: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}

/** Checks that each source has a file. Throws `SPILL_INPUT`, except for sources that only labels of other models read. */
export function requireSourceFiles(ir: PipelineIR, { label }: ModelIR, files: readonly SourceFile[]): void {
  const ofLabels = labelOnlySources(ir)
  const missing = ir.sources
    .map(({ name }) => name)
    .filter(name => (!ofLabels.has(name) || name === label?.source) && !files.some(({ source }) => source === name))
  if (missing.length === 0) return
  const names = missing.map(name => `source '${name}'${ofLabels.has(name) ? ', which has the outcomes' : ''}`).join(' and ')
  throw new SpillwayError(
    'SPILL_INPUT',
    `no file for ${names}: add ${missing.map(name => `--source ${name}=FILE`).join(' ')}; one file may feed several sources`,
  )
}

/** Throws `SPILL_INPUT` if the files do not match the sources, or if all records of a source are rejected. */
export async function readAuditHistory(
  pipeline: Pipeline,
  request: AuditRequest,
  onProgress: (stage: string, share: number) => void,
): Promise<AuditHistory> {
  const { files, data, columns } = request
  if (files.length === 0) {
    const { ir } = pipeline
    const log = await withFolder(data!, folder =>
      storedHistory(ir, ir, folder.log, new Strings(), { onProgress: share => onProgress('reading the log', share) }),
    )
    return { log, rejected: undefined, warnings: [] }
  }
  const mappings = columnMappingsOf(pipeline, columns)
  const { warnings, fields } = await checkHistoryFields(pipeline.ir.sources, mappings, files)
  let [count, first] = [0, '']
  const cpuBefore = process.cpuUsage()
  // Each file has a mapping, so that further fields are ignored.
  const mapped = files.map(file => withColumns(file, mappings))
  const log = await load(pipeline, mapped, {
    onRejected({ reason, detail, source, place }) {
      if (count++ === 0) first = `${place}${source === undefined ? '' : ` (source '${source}')`}: ${reason}, ${detail}`
    },
    onWarning: warning => void warnings.push(warning),
    onProgress: (path, share) => onProgress(`reading ${path}`, share),
  })
  for (const [name, { counts }] of log.histories)
    if (counts.records > 0 && counts.accepted === 0)
      throw new SpillwayError(
        'SPILL_INPUT',
        `all ${counts.records} records of source '${name}' were rejected; the first of the history: ${first}${namesHint(name, fields(name))}`,
      )
  const { user, system } = process.cpuUsage(cpuBefore)
  return { log, intakeSeconds: secondsBySource(log, (user + system) / 1e6), rejected: count > 0 ? { count, first } : undefined, warnings }
}

function secondsBySource({ histories, length }: ReplayLog, seconds: number): Map<string, number> {
  return new Map([...histories].map(([name, { block }]) => [name, (seconds * block.length) / Math.max(1, length)]))
}

/** Suggests `--column`. The fields that a map function reads are unknown, so wrong names show only as rejected records. */
const namesHint = (source: string, [first]: readonly FileFields[]): string =>
  first === undefined || first.names.length === 0
    ? ''
    : `; if a column has a different name there, add --column ${source}.COLUMN=FIELD; ${first.file} has ${first.names.slice(0, 20).join(', ')}`
