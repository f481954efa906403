/**
 * Collects the rows of one report from decisions about its keys: filtered, ordered, in columns.
 *
 * The columns are `t`, `key`, the score where there is a model, the inputs as `vector.NAME`, `rejected`, `stale` if the report demands
 * a freshness, and the age of each group read, `read.GROUP(KEY).age`. Memory: the rows that pass the filter.
 */
import type { ColumnData, Strings } from '../columns/index.ts'
import { type ExprIR, type PipelineIR, type ReportIR, isListAggregate } from '../define/ir/index.ts'
import { compile, type Evaluate } from '../expression/index.ts'
import { concatOutputValues, selectOutputRows, type OutputColumn, type OutputValues } from '../files/index.ts'
import { deliverColumn } from './deliver-column.ts'
import { groupReads, readId } from './reads.ts'
import { reportModel } from './report-model.ts'
import type { BatchScores } from './model-scorer.ts'

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
    const length = parts.reduce((sum, part) => sum + part.length, 0)
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
      this.#reasons(rejected, from, length),
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

  #reasons(rejected: ReadonlyMap<number, string>, from: number, length: number): ColumnData {
    const values = new Int32Array(length)
    const nulls = new Uint8Array(length).fill(1)
    for (let row = 0; rejected.size > 0 && row < length; row++) {
      const reason = rejected.get(from + row)
      if (reason === undefined) continue
      values[row] = this.#strings.idOf(reason)
      nulls[row] = 0
    }
    return { values, nulls }
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
    ...model.inputs.map(({ name, expr }) => ({ name: `vector.${name}`, type: expr.type, list: isList(ir, expr) })),
    { name: 'rejected', type: 'string' },
    ...(freshness === undefined ? [] : [{ name: 'stale', type: 'bool' } as const]),
    ...groupReads(ir, model).map(({ group, key }): OutputColumn => ({
      name: `read.${readId({ group: group.name, key })}.age`,
      type: 'duration',
    })),
  ]
}

function isList({ groups }: PipelineIR, expr: ExprIR): boolean {
  if (expr.op !== 'feature') return false
  const { features } = groups.find(({ name }) => name === expr.group)!
  return isListAggregate(features.find(({ name }) => name === expr.name)!.agg)
}
