/** Reads the model that an external trainer wrote. Everything is validated before use. */
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { didYouMean, SpillwayError, limits, show } from '../../base/index.ts'
import type { ColumnType, InputIR, OnnxIR } from '../../define/ir/index.ts'
import {
  onnxScoreValue,
  parseOnnxFile,
  type OnnxFile,
  ProtobufFault,
  type Coefficients,
  findTreesFault,
  TREES_FORMAT,
  type TreesFile,
} from '../../define/model/index.ts'
import { TRAINER_METRICS, MODEL_JSON, MODEL_ONNX } from './trainer-folder.ts'

/** A model of coefficients. */
export interface CoefficientsModel<Names extends string = string> {
  readonly kind: 'logistic' | 'linear'
  readonly coefficients: Coefficients<Names>
}
/** A model of trees. */
export interface TreesModel<Names extends string = string> {
  readonly kind: 'trees'
  readonly file: TreesFile<Names>
}
/** A model as an ONNX graph. */
export interface OnnxModel {
  readonly kind: 'onnx'
  readonly file: OnnxFile
  readonly score: OnnxIR
}
/** A model from an external trainer: coefficients, trees or an ONNX graph. */
export type ExternalModel<Names extends string = string> = CoefficientsModel<Names> | TreesModel<Names> | OnnxModel

/** Explains why the output of a trainer is unusable. */
export class UnusableModel extends Error {}

/**
 * Reads the model.
 * @throws `UnusableModel`.
 */
export function readTrainerModel(folder: string, inputs: readonly string[]): ExternalModel {
  const json = bytesOf(folder, MODEL_JSON)
  const onnx = bytesOf(folder, MODEL_ONNX)
  if (json && onnx) throw new UnusableModel(`it has left both ${MODEL_JSON} and ${MODEL_ONNX}; one of them is the model`)
  if (onnx) return onnxModel(onnx, inputs)
  if (!json) throw new UnusableModel(`it has left neither ${MODEL_JSON} nor ${MODEL_ONNX}`)
  const model = recordIn(MODEL_JSON, json)
  if (model['format'] === TREES_FORMAT) return treesModel(model, inputs)
  if (model['kind'] === 'logistic' || model['kind'] === 'linear') return coefficientsModel(model['kind'], model, inputs)
  throw new UnusableModel(
    `its ${MODEL_JSON} has kind ${show(model['kind'])}; it is 'logistic' or 'linear' with coefficients, or a file of format '${TREES_FORMAT}'`,
  )
}

/**
 * Reads the metrics.
 * @throws `UnusableModel`.
 */
export function readTrainerMetrics(folder: string): Readonly<Record<string, number>> {
  const bytes = bytesOf(folder, TRAINER_METRICS)
  if (!bytes) throw new UnusableModel(`it has left no ${TRAINER_METRICS}: { "auc": 0.81 }, or {} if it has measured nothing`)
  const metrics = recordIn(TRAINER_METRICS, bytes)
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, finiteNumber(`${TRAINER_METRICS}: '${name}'`, value)]))
}

/** The bytes of a regular file of bounded size; a pipe or device could be read without end. */
function bytesOf(folder: string, name: string): Buffer | undefined {
  const path = join(folder, name)
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  if (!stats.isFile()) throw new UnusableModel(`its ${name} is no regular file`)
  if (stats.size > limits.ONNX_BYTES_MAX)
    throw new UnusableModel(`its ${name} is of ${stats.size} bytes, more than ${limits.ONNX_BYTES_MAX} (ONNX_BYTES_MAX)`)
  return readFileSync(path)
}

function recordIn(name: string, bytes: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new UnusableModel(`its ${name} is no JSON: ${(error as Error).message}`)
  }
  if (!isRecord(value)) throw new UnusableModel(`its ${name} is ${show(value)}, not an object`)
  return value
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function finiteNumber(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new UnusableModel(`its ${subject} is ${show(value)}, not a finite number`)
  return value
}

function checkInput(name: string, inputs: readonly string[]): void {
  if (!inputs.includes(name)) throw new UnusableModel(`its ${MODEL_JSON} has '${name}', which is no input${didYouMean(name, inputs)}`)
}

const weightFields = ['weight', 'mean', 'scale', 'ifNull'] as const

function coefficientsModel(
  kind: CoefficientsModel['kind'],
  { intercept, weights }: Readonly<Record<string, unknown>>,
  inputs: readonly string[],
): CoefficientsModel {
  if (!isRecord(weights)) throw new UnusableModel(`its ${MODEL_JSON} has weights ${show(weights)}, not a weight by the name of each input`)
  const checked = Object.entries(weights).map(([name, entry]) => {
    checkInput(name, inputs)
    const subject = `${MODEL_JSON}: the weight of '${name}'`
    if (!isRecord(entry)) return [name, finiteNumber(subject, entry)] as const
    for (const field of Object.keys(entry))
      if (!weightFields.some(allowed => allowed === field))
        throw new UnusableModel(`its ${subject} has '${field}'${didYouMean(field, weightFields)}`)
    if (entry['scale'] === 0) throw new UnusableModel(`its ${subject} has scale 0`)
    const optional = weightFields
      .slice(1)
      .flatMap(field => (entry[field] === undefined ? [] : [[field, finiteNumber(`${subject}: ${field}`, entry[field])]]))
    return [name, { weight: finiteNumber(subject, entry['weight']), ...(Object.fromEntries(optional) as object) }] as const
  })
  return { kind, coefficients: { intercept: finiteNumber(`${MODEL_JSON}: intercept`, intercept), weights: Object.fromEntries(checked) } }
}

function treesModel(file: unknown, inputs: readonly string[]): TreesModel {
  const fault = findTreesFault(file)
  if (fault !== undefined) throw new UnusableModel(`its ${MODEL_JSON} is no file of trees that can be used: ${fault}`)
  for (const name of Object.keys((file as TreesFile).inputs)) checkInput(name, inputs)
  return { kind: 'trees', file: file as TreesFile }
}

function onnxModel(bytes: Buffer, names: readonly string[]): OnnxModel {
  try {
    const file = parseOnnxFile(MODEL_ONNX, bytes)
    return { kind: 'onnx', file, score: onnxScoreValue(file).build('', names.map(numberInput), {} as never) as OnnxIR }
  } catch (error) {
    if (error instanceof ProtobufFault) throw new UnusableModel(`its ${MODEL_ONNX} is no file of ONNX that can be used: ${error.message}`)
    if (error instanceof SpillwayError) throw new UnusableModel(`its model cannot be used: ${error.message}`)
    throw error
  }
}

/** An input as a score is built over: the rows hold numbers only. */
function numberInput(name: string) {
  const type: { readonly type: ColumnType } = { type: 'double' }
  return { ir: { name, expr: { op: 'trigger', name, ...type } } satisfies InputIR, node: { type } as never }
}
