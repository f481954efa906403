/** What `spillway audit` is asked for. */
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { SourceFile } from '../../replay/load.ts'
import { UsageError } from '../command/command.ts'
import { modelNamed } from '../command/model-option.ts'
import { sourceFiles } from '../command/source-files-option.ts'

export interface AuditRequest {
  readonly path: string
  readonly files: readonly SourceFile[]
  /** Without files the log of this folder; with them its stage times alone. */
  readonly data: string | undefined
  readonly columns: readonly ColumnName[]
  readonly model: string | undefined
  readonly out: string
  readonly prices: string | undefined
  readonly people: string | undefined
  readonly seed: number
  readonly draws: number
  readonly plans: number | undefined
  readonly apply: boolean
  readonly json: boolean
}

/** A column of a source, and what the history calls it. */
export interface ColumnName {
  readonly source: string
  readonly column: string
  readonly theirs: string
}

const SEED = 1
export const DRAWS = 10_000
export const OUT = 'audit'

/** Throws `UsageError`. */
export function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): AuditRequest {
  if (path === undefined) throw new UsageError('name the file of a pipeline')
  if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
  const { data, model, out = OUT, prices, people, seed, draws, plans } = values as Readonly<Record<string, string | undefined>>
  const {
    history = [],
    column = [],
    apply = false,
    json = false,
  } = values as { history?: string[]; column?: string[]; apply?: boolean; json?: boolean }
  const files = sourceFiles(history, '--history')
  if (files.length === 0 && data === undefined)
    throw new UsageError('give a history: --history NAME=FILE of each source, or --data DIR, the folder of a run')
  if (column.length > 0 && files.length === 0) throw new UsageError('--column names columns of --history')
  return {
    path,
    files,
    data,
    columns: column.map(columnOf),
    model,
    out,
    prices,
    people,
    seed: wholeOf('seed', seed, SEED, 0, 2 ** 32 - 1),
    draws: wholeOf('draws', draws, DRAWS, 100, limits.AUDIT_DRAWS_MAX),
    plans: plans === undefined ? undefined : wholeOf('plans', plans, 1, 1, limits.AUDIT_PLANS_MAX),
    apply,
    json,
  }
}

function columnOf(given: string): ColumnName {
  const match = /^([^.=]+)\.([^=]+)=(.+)$/.exec(given)
  if (!match) throw new UsageError(`--column ${given} is none; write SOURCE.COLUMN=THEIRS, as readings.glucose=value_mg`)
  return { source: match[1], column: match[2], theirs: match[3] }
}

function wholeOf(name: string, given: string | undefined, otherwise: number, least: number, most: number): number {
  if (given === undefined) return otherwise
  const value = /^\d{1,10}$/.test(given) ? Number(given) : NaN
  if (!(value >= least && value <= most)) throw new UsageError(`--${name} ${given} is no whole number from ${least} to ${most}`)
  return value
}

/** The model that is audited: the one that is named, or the one that has a worth, or a label. Throws `SPILL_INPUT`. */
export function modelOf(ir: PipelineIR, worths: ReadonlyMap<string, unknown>, asked: string | undefined): ModelIR {
  const { name, models } = ir
  if (asked !== undefined) return modelNamed(ir, asked)
  const valued = models.filter(model => worths.has(model.name))
  const labelled = models.filter(({ label }) => label !== undefined)
  const [only, ...others] = valued.length > 0 ? valued : labelled
  if (!only)
    throw new SpillwayError(
      'SPILL_INPUT',
      `pipeline '${name}' has no model with a label, so that nothing says what came of decisions; give one label: labelFrom(source, { … }) or begins(source, r => …, { … })`,
    )
  if (others.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `pipeline '${name}' has several models that could be audited: ${[only, ...others].map(model => model.name).join(', ')}; name one with --model`,
    )
  return only
}
