/** Parses the options of `spillway training-set`. */
import { resolve } from 'node:path'
import { isPostgresAddress } from '../../sources/index.ts'
import { SpillwayError, type StrictOmit } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { TrainingSetRequest } from '../../operate/index.ts'
import type { KeySample } from '../../replay/index.ts'
import { UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER } from '../command/data-option.ts'
import { sourceFiles } from '../command/source-files-option.ts'
import { pluralize } from '../command/text-format.ts'
import { parseTime } from '../command/time-text.ts'

/** Default name of the time column of `--rows`. */
export const DEFAULT_TIME_COLUMN = 't'

/** The parsed options of `spillway training-set`. The columns follow with the pipeline. */
export interface TrainingSetOptions extends StrictOmit<TrainingSetRequest, 'columns'> {
  /** The pipeline file. */
  readonly path: string
  readonly model: string | undefined
  readonly groups: readonly string[] | undefined
  readonly json: boolean
}

/** Throws `UsageError`. */
export function parseTrainingSetOptions(
  values: Readonly<Record<string, unknown>>,
  [path, ...extra]: readonly string[],
): TrainingSetOptions {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const { rows, time, data, model, groups, sample, seed, out } = values as Readonly<Record<string, string | undefined>>
  const { decisions = false, json = false } = values as { decisions?: boolean; json?: boolean }
  if (out === undefined) throw new UsageError('--out DIR is required: the folder of the training set')
  if (decisions && (rows !== undefined || time !== undefined || groups !== undefined))
    throw new UsageError('--decisions takes the vectors that --model had: leave --rows, --time and --groups out')
  if (!decisions && rows === undefined) throw new UsageError('add --rows FILE with keys and times, or --decisions')
  if (model !== undefined && groups !== undefined) throw new UsageError('use --model or --groups, not both')
  const files = sourceFiles((values['source'] as string[] | undefined) ?? [])
  if (files.some(({ path: file }) => isPostgresAddress(file)))
    throw new UsageError('a training set is made from files or a data folder; a table of PostgreSQL is a source of spillway run')
  if (files.length > 0 && data !== undefined) throw new UsageError('--source and --data are two histories; leave one out')
  const input = [path, rows, ...files.map(file => file.path)].find(file => file !== undefined && resolve(file) === resolve(out))
  if (input !== undefined) throw new UsageError(`--out ${out} would overwrite the input ${input}`)
  return {
    path,
    files,
    data: data ?? DEFAULT_DATA_FOLDER,
    out,
    rows: rows === undefined ? undefined : { path: rows, time: time ?? DEFAULT_TIME_COLUMN },
    model,
    groups: groups?.split(',').map(name => name.trim()),
    sample: sampleFrom(sample, seed),
    labels: labelsFrom(values),
    json,
  }
}

function labelsFrom(values: Readonly<Record<string, unknown>>): TrainingSetRequest['labels'] {
  const { decisions = false, labels = false, settled = false } = values as { decisions?: boolean; labels?: boolean; settled?: boolean }
  const asOf = values['as-of'] as string | undefined
  if (!labels && (settled || asOf !== undefined)) throw new UsageError('--settled and --as-of need --labels')
  if (labels && !decisions) throw new UsageError('--labels needs --decisions; rows of keys and times have no labels')
  return labels ? { at: asOf === undefined ? undefined : parseTime('--as-of', asOf), isSettled: settled } : undefined
}

function sampleFrom(share: string | undefined, seed: string | undefined): KeySample | undefined {
  if (share === undefined) {
    if (seed !== undefined) throw new UsageError('--seed needs --sample SHARE')
    return undefined
  }
  const part = Number(share)
  if (!/^\d*\.?\d+$/.test(share) || !(part > 0 && part <= 1))
    throw new UsageError(`--sample ${share} is not a share; write 0.1 for a tenth of all keys`)
  if (seed !== undefined && !/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed ${seed} is not a whole number of up to nine digits`)
  return { share: part, seed: Number(seed ?? 0) }
}

/** The columns of the training set. Throws `SPILL_INPUT` where the pipeline has several models or none, and the options name none. */
export function trainingSetColumns(ir: PipelineIR, { model, groups }: TrainingSetOptions): TrainingSetRequest['columns'] {
  if (groups) return { groups }
  if (model !== undefined) return { model }
  if (ir.models.length === 1) return { model: ir.models[0].name }
  const names = ir.models.length > 0 ? `--model with one of ${ir.models.map(({ name }) => name).join(', ')}, or ` : ''
  throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has ${pluralize(ir.models.length, 'model')}; add ${names}--groups`)
}
