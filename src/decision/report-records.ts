/** The rows of a report as objects, for tests and people; everything else has them in columns. */
import type { PipelineIR, ReportIR, Value } from '../define/ir/ir.ts'
import { rowsOf, type VectorColumn, type VectorRow } from '../model/index.ts'
import { groupReads, readId } from './reads.ts'
import { reportModel } from './report-model.ts'
import type { ReportTable } from './report-rows.ts'

export interface ReportRecord {
  readonly key: Value
  /** Of reports on a model; NULL where an input without `ifNull` was. */
  readonly score?: number | null
  /** As a model is given it, nested as its inputs are. */
  readonly vector: VectorRow
  /** Why there is no score, or no value, although there may be enough to make it of. */
  readonly refused?: string
  /** Where the report says how fresh it must be: was what was known of a group older, or was nothing known? */
  readonly stale?: boolean
  /** Of each group, by `group(key)`, how far its clock was behind the time of the report, ms; NULL before the first run of a schedule. */
  readonly age: Readonly<Record<string, number | null>>
}

export function reportRecords(ir: PipelineIR, report: ReportIR, { columns, values, length, strings }: ReportTable): ReportRecord[] {
  const model = reportModel(ir, report)
  const vectorOf = rowsOf(model.inputs, strings)
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
    const refused = cell('refused', row)
    return {
      key: cell('key', row),
      ...(report.of.kind === 'model' && { score: cell('score', row) as number | null }),
      vector: vectorOf(inputs, row),
      ...(refused !== null && { refused: refused as string }),
      ...(report.freshness !== undefined && { stale: cell('stale', row) as boolean }),
      age: Object.fromEntries(reads.map(read => [read, cell(`read.${read}.age`, row) as number | null])),
    }
  })
}
