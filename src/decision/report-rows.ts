/**
 * Collects the rows of one report from decisions about its keys: filtered, ordered, in columns.
 *
 * The columns are `t`, `key`, the score where there is a model, the inputs as `vector.NAME`, `rejected`, `stale` if the report demands
 * a freshness, and the age of each group read, `read.GROUP(KEY).age`. Memory: the rows that pass the filter.
 */
import { definitionOf, sumBy } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import { type ExprIR, type ModelIR, type PipelineIR, type ReportIR, type Value, isListAggregate } from '../define/ir/index.ts'
import { compile, type Evaluate } from '../expression/index.ts'
import { concatOutputValues, selectOutputRows, type OutputColumn, type OutputValues } from '../files/index.ts'
import { vectorRowReader, type VectorColumn, type VectorRow } from '../model/index.ts'
import { deliverColumn, rejectedColumn } from './feature-value.ts'
import type { BatchScores } from './model-scorer.ts'
import { groupReads, readId } from './reads.ts'
import type { EveryTrigger } from './tick-keys.ts'

/** A model that decides about active keys. */
export interface ReportModel extends ModelIR {
  readonly decide: EveryTrigger
}

/** The model that computes the rows of a report: the report's own model, or one without a score. */
export function reportModel({ models }: Pick<PipelineIR, 'models'>, { name, of, column, live }: ReportIR): ReportModel {
  // The report's schedule determines the times; `every` does not matter.
  const decide: EveryTrigger = { kind: 'every', every: 1, live, column }
  if (of.kind === 'inputs') return { name, decide, inputs: of.inputs, score: { kind: 'linear', intercept: 0, terms: [] } }
  const { name: model, inputs, score } = definitionOf(models, of.model)
  return { name: model, decide, inputs, score }
}

/** The rows of one report in columns. */
export interface ReportTable {
  /** The time of the report, UTC ms. */
  readonly t: number
  readonly columns: readonly OutputColumn[]
  readonly strings: Strings
  readonly length: number
  readonly values: readonly OutputValues[]
  /** Number of active keys, before the filter and the limit. */
  readonly live: number
  /** Is a group older than the report's freshness, or was nothing visible of it? */
  readonly stale: boolean
}

/**
 * The key and scores of decisions, and the as-of time of each group read in the order of `groupReads`; −Infinity where nothing was
 * visible.
 */
export interface ReportDecisions extends BatchScores {
  readonly length: number
  readonly key: ColumnData
  readonly asOf: readonly Float64Array[]
}

/** Collects the rows of one report after the other. */
export class ReportRows {
  readonly columns: readonly OutputColumn[]
  readonly #report: ReportIR
  readonly #strings: Strings
  readonly #where: Evaluate | undefined
  readonly #parts: { readonly length: number; readonly values: readonly OutputValues[] }[] = []
  #t = 0
  #live = 0
  #stale = false

  constructor(ir: PipelineIR, report: ReportIR, strings: Strings) {
    this.#report = report
    this.#strings = strings
    this.#where = report.where && compile(report.where, { strings })
    this.columns = reportColumns(ir, report)
  }

  /** Starts the report of a time, UTC ms. */
  begin(t: number): void {
    this.#parts.length = 0
    this.#t = t
    this.#live = 0
    this.#stale = false
  }

  /** Adds the decisions [from, to) of that time, in the order of their keys. */
  add(decisions: ReportDecisions, from: number, to: number): void {
    const length = to - from
    const values = this.#valuesOf(decisions, from, length)
    const rows = this.#selectedRows(values, length)
    this.#live += length
    this.#parts.push({ length: rows.length, values: values.map(column => selectOutputRows(column, rows)) })
  }

  /** Returns the report. */
  finish(): ReportTable {
    const parts = this.#parts
    const length = sumBy(parts, part => part.length)
    const values = this.columns.map((_, c) =>
      concatOutputValues(
        parts.map(part => part.values[c]),
        parts.map(part => part.length),
      ),
    )
    const order = this.#order(values, length)
    const rows = order.subarray(0, Math.min(length, this.#report.limit ?? length))
    return {
      t: this.#t,
      columns: this.columns,
      strings: this.#strings,
      length: rows.length,
      values: values.map(column => selectOutputRows(column, rows)),
      live: this.#live,
      stale: this.#stale,
    }
  }

  /** The values of the report's columns for some decisions, copied. */
  #valuesOf({ key, vector, score, rejected, asOf }: ReportDecisions, from: number, length: number): OutputValues[] {
    const { column, freshness, of } = this.#report
    const rows = Uint32Array.from({ length }, (_, i) => from + i)
    const ages = asOf.map(times => this.#age(times.subarray(from, from + length), length))
    return [
      { values: new Float64Array(length).fill(this.#t) },
      deliverColumn(selectOutputRows(key, rows), column),
      ...(of.kind === 'model' ? [selectOutputRows(score, rows)] : []),
      ...vector.map(input => selectOutputRows(input, rows)),
      selectOutputRows(rejectedColumn({ length: from + length, rejected }, this.#strings), rows),
      ...(freshness === undefined ? [] : [this.#staleOf(ages, freshness, length)]),
      ...ages,
    ]
  }

  #age(asOf: Float64Array, length: number): ColumnData {
    const values = new Float64Array(length)
    const nulls = new Uint8Array(length)
    for (let row = 0; row < length; row++) {
      if (Number.isFinite(asOf[row])) values[row] = this.#t - asOf[row]
      else nulls[row] = 1
    }
    return { values, nulls }
  }

  #staleOf(ages: readonly ColumnData[], freshness: number, length: number): ColumnData {
    const values = new Float64Array(length)
    for (const age of ages)
      for (let row = 0; row < length; row++) if (age.nulls?.[row] === 1 || age.values[row] > freshness) values[row] = 1
    this.#stale ||= values.includes(1)
    return { values }
  }

  #selectedRows(values: readonly OutputValues[], length: number): Uint32Array {
    const all = Uint32Array.from({ length }, (_, row) => row)
    if (!this.#where) return all
    const { values: holds, nulls } = this.#where(leaf => values[this.#placeOf(leaf.name)], length)
    return all.filter(row => holds[row] === 1 && !nulls?.[row])
  }

  #placeOf(name: string): number {
    return this.columns.findIndex(column => column.name === name)
  }

  /** Rows sorted by the `orderBy` columns, NULL last; equal rows keep their order. */
  #order(values: readonly OutputValues[], length: number): Uint32Array {
    const rows = Uint32Array.from({ length }, (_, row) => row)
    const { orderBy } = this.#report
    if (!orderBy) return rows
    const by = orderBy.map(({ column, descending }) => {
      const place = this.#placeOf(column)
      const { values: own, nulls } = values[place]
      const sign = descending ? -1 : 1
      const isText = this.columns[place].type === 'string'
      const compare = isText ? (a: number, b: number) => this.#strings.compare(a, b) : (a: number, b: number) => a - b
      return (a: number, b: number): number => {
        const [isNullA, isNullB] = [nulls?.[a] === 1, nulls?.[b] === 1]
        if (isNullA || isNullB) return Number(isNullA) - Number(isNullB)
        return sign * compare(own[a], own[b])
      }
    })
    return rows.sort((a, b) => {
      for (const compare of by) {
        const order = compare(a, b)
        if (order !== 0) return order
      }
      return a - b
    })
  }
}

function reportColumns(ir: PipelineIR, report: ReportIR): OutputColumn[] {
  const { of, column, freshness } = report
  const model = reportModel(ir, report)
  return [
    { name: 't', type: 'timestamp' },
    { name: 'key', type: column.type },
    ...(of.kind === 'model' ? [{ name: 'score', type: 'double' } as const] : []),
    ...model.inputs.map(({ name, expr }) => ({ name: `vector.${name}`, type: expr.type, list: isListInput(ir, expr) })),
    { name: 'rejected', type: 'string' },
    ...(freshness === undefined ? [] : [{ name: 'stale', type: 'bool' } as const]),
    ...groupReads(ir, model).map(({ group, key }): OutputColumn => ({
      name: `read.${readId({ group: group.name, key })}.age`,
      type: 'duration',
    })),
  ]
}

/** Is an input a list? */
export function isListInput({ groups }: PipelineIR, expr: ExprIR): boolean {
  if (expr.op !== 'feature') return false
  const { features } = definitionOf(groups, expr.group)
  return isListAggregate(definitionOf(features, expr.name).agg)
}

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

/** All rows of a report as objects, for tests and people; all other code uses columns. */
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
