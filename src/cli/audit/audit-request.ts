/** Parses the options of `spillway audit`. */
import { SpillwayError, limits } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { filesIn, historyOption, wholeNumber } from '../command/arguments.ts'
import { columnOption, columnOptions, type ColumnOption } from '../command/column-mapping.ts'
import { type OptionSpecs, type OptionValues, type Project, UsageError } from '../command/command.ts'
import { requireModel } from '../command/pipeline-file.ts'

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
  /** Print the whole report above the verdict. */
  readonly verbose: boolean
  /** Value per outcome, dollars, in place of that of the pipeline. */
  readonly value: number | undefined
  readonly json: boolean
}

const SEED = 1
const SEED_MAX = 2 ** 32 - 1
const DRAWS_MIN = 100

/** Default of `--draws`. */
export const DEFAULT_DRAWS = 10_000
/** Default of `--out`. */
export const DEFAULT_OUT = 'audit'

/** The options of `spillway audit`. */
export const auditOptions = {
  source: historyOption,
  column: columnOption,
  data: {
    setting: 'data',
    unless: ['source'],
    value: 'DIR',
    help: 'the data folder of a run, for its stage times; without --source its log is the history',
  },
  model: { value: 'NAME', help: 'the model to audit, if there are several' },
  prices: { setting: 'prices', value: 'FILE', help: 'prices of the target deployment [default: an example]' },
  people: { setting: 'people', value: 'FILE', help: 'effort of people to operate the deployment [default: presets]' },
  out: { value: 'DIR', help: `the folder for audit.json and audit.html [default: ${DEFAULT_OUT}]` },
  seed: { value: 'N', help: `the random seed [default: ${SEED}]` },
  draws: { value: 'N', help: `draws for simultaneous intervals [default: ${DEFAULT_DRAWS}]` },
  plans: { value: 'N', help: 'the most plans to evaluate; plans that differ only in cost do not count' },
  value: { value: 'DOLLARS', help: 'the value of an outcome, dollars, in place of the one that the pipeline states' },
  verbose: { help: 'print the whole report above the verdict' },
  apply: { help: 'write the proposed placements to your files' },
  json: { help: 'print the report as one JSON object, and nothing else' },
} as const satisfies OptionSpecs

/** The options of an audit. Throws `UsageError`. */
export function parseAuditRequest(
  values: OptionValues<typeof auditOptions>,
  project: Pick<Project, 'requirePath' | 'places'>,
): AuditRequest {
  const path = project.requirePath()
  const { data, model, out = DEFAULT_OUT, prices, people, plans, column, apply = false, verbose = false, json = false } = values
  const files = filesIn('an audit reads files or a data folder', values.source, project)
  if (files.length === 0 && data === undefined)
    throw new UsageError('give a history: --source NAME=FILE of each source, or --data DIR, the folder of a run')
  return {
    path,
    files,
    data,
    columns: columnOptions(column, files),
    model,
    out,
    prices,
    people,
    seed: wholeNumber('--seed', values.seed ?? String(SEED), 0, SEED_MAX),
    draws: wholeNumber('--draws', values.draws ?? String(DEFAULT_DRAWS), DRAWS_MIN, limits.AUDIT_DRAWS_MAX),
    plans: plans === undefined ? undefined : wholeNumber('--plans', plans, 1, limits.AUDIT_PLANS_MAX),
    value: values.value === undefined ? undefined : dollarsOf(values.value),
    verbose,
    apply,
    json,
  }
}

function dollarsOf(text: string): number {
  const dollars = Number(text.replace(/^\$/, ''))
  if (dollars > 0 && Number.isFinite(dollars)) return dollars
  throw new UsageError(`--value ${text} is not dollars above 0; write for example --value 101`)
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
      `pipeline '${name}' has no model with a label, so decisions have no outcomes; add label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })`,
    )
  if (others.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `pipeline '${name}' has several models that could be audited: ${[only, ...others].map(model => model.name).join(', ')}; name one with --model`,
    )
  return only
}
