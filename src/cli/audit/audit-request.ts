/** Parses the options of `spillway audit`. */
import { SpillwayError, limits } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { UsageError } from '../command/command.ts'
import { requireModel } from '../command/model-option.ts'
import { sourceFiles } from '../command/source-files-option.ts'

/** The parsed options of `spillway audit`. */
export interface AuditRequest {
  readonly path: string
  readonly files: readonly SourceFile[]
  /** A data folder: its log is the history, unless files are given; its stage times are used in both cases. */
  readonly data: string | undefined
  readonly columns: readonly ColumnOption[]
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

/** A column of a source, and its name in the history files. */
export interface ColumnOption {
  readonly source: string
  readonly column: string
  readonly fieldName: string
}

const SEED = 1

/** Default of `--draws`. */
export const DEFAULT_DRAWS = 10_000
/** Default of `--out`. */
export const DEFAULT_OUT = 'audit'

/** Throws `UsageError`. */
export function parseAuditRequest(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): AuditRequest {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const { data, model, out = DEFAULT_OUT, prices, people, seed, draws, plans } = values as Readonly<Record<string, string | undefined>>
  const {
    history = [],
    column = [],
    apply = false,
    json = false,
  } = values as { history?: string[]; column?: string[]; apply?: boolean; json?: boolean }
  const files = sourceFiles(history, '--history')
  if (files.length === 0 && data === undefined)
    throw new UsageError('give a history: --history NAME=FILE of each source, or --data DIR, the folder of a run')
  if (column.length > 0 && files.length === 0) throw new UsageError('--column needs --history')
  return {
    path,
    files,
    data,
    columns: column.map(columnOf),
    model,
    out,
    prices,
    people,
    seed: integerOf('seed', seed, SEED, 0, 2 ** 32 - 1),
    draws: integerOf('draws', draws, DEFAULT_DRAWS, 100, limits.AUDIT_DRAWS_MAX),
    plans: plans === undefined ? undefined : integerOf('plans', plans, 1, 1, limits.AUDIT_PLANS_MAX),
    apply,
    json,
  }
}

function columnOf(text: string): ColumnOption {
  const match = /^([^.=]+)\.([^=]+)=(.+)$/.exec(text)
  if (!match) throw new UsageError(`--column ${text} is not SOURCE.COLUMN=FIELD; write for example readings.glucose=value_mg`)
  return { source: match[1], column: match[2], fieldName: match[3] }
}

function integerOf(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} ${text} is not a whole number from ${min} to ${max}`)
  return value
}

/** The model to audit: the named one, else the only one with a value function, else the only one with a label. Throws `SPILL_INPUT`. */
export function auditedModel(ir: PipelineIR, worths: ReadonlyMap<string, unknown>, requested: string | undefined): ModelIR {
  const { name, models } = ir
  if (requested !== undefined) return requireModel(ir, requested)
  const valued = models.filter(model => worths.has(model.name))
  const labelled = models.filter(({ label }) => label !== undefined)
  const [only, ...others] = valued.length > 0 ? valued : labelled
  if (!only)
    throw new SpillwayError(
      'SPILL_INPUT',
      `pipeline '${name}' has no model with a label, so decisions have no outcomes; add label: labelFrom(source, { … }) or begins(source, r => …, { … })`,
    )
  if (others.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `pipeline '${name}' has several models that could be audited: ${[only, ...others].map(model => model.name).join(', ')}; name one with --model`,
    )
  return only
}
