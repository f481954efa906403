/** Converts the rows of a report to objects, for tests and people; all other code uses columns. */
import type { PipelineIR, ReportIR, Value } from '../define/ir/index.ts'
import { vectorRowReader, type VectorColumn, type VectorRow } from '../model/index.ts'
import { groupReads, readId } from './reads.ts'
import { reportModel } from './report-model.ts'
import type { ReportTable } from './report-rows.ts'

/** One row of a report. */
export interface ReportRecord {
  readonly key: Value
  /** In reports on a model; NULL where an input without `ifNull` is NULL. */
  readonly score?: number | null
  /** As the model sees it, nested like its inputs. */
  readonly vector: VectorRow
  /** Why the score or a value is missing although there may be enough data for it. */
  readonly rejected?: string
  /** If the report demands a freshness: was the as-of time of a group older, or was nothing visible? */
  readonly stale?: boolean
  /** By `group(key)`: the age of the group's as-of time at the time of the report, ms; NULL before the first run of a schedule. */
  readonly age: Readonly<Record<string, number | null>>
}

/** All rows of a report as objects. */
export function reportRecords(ir: PipelineIR, report: ReportIR, { columns, values, length, strings }: ReportTable): ReportRecord[] {
  const model = reportModel(ir, report)
  const vectorOf = vectorRowReader(model.inputs, strings)
  const place = (name: string): number => columns.findIndex(column => column.name === name)
  const inputs = model.inputs.map(({ name }) => values[place(`vector.${name}`)] as VectorColumn)
  const reads = groupReads(ir, model).map(({ group, key }) => readId({ group: group.name, key }))
  const cell = (name: string, row: number): Value => {
    const at = place(name)
    if (values[at].nulls?.[row] === 1) return null
    const value = values[at].values[row]
    return columns[at].type === 'string' ? strings.textOf(value) : columns[at].type === 'bool' ? value === 1 : value
  }
  return Array.from({ length }, (_, row): ReportRecord => {
    const rejected = cell('rejected', row)
    return {
      key: cell('key', row),
      ...(report.of.kind === 'model' && { score: cell('score', row) as number | null }),
      vector: vectorOf(inputs, row),
      ...(rejected !== null && { rejected: rejected as string }),
      ...(report.freshness !== undefined && { stale: cell('stale', row) as boolean }),
      age: Object.fromEntries(reads.map(read => [read, cell(`read.${read}.age`, row) as number | null])),
    }
  })
}
