/** `spillway drift`: compares recent decisions with a training set or with earlier decisions. A run may hold the folder. */
import { durationMs, type Duration } from '../../base/time.ts'
import { lookInto } from '../../log/sqlite/data-folder.ts'
import type { DriftThresholds } from '../../training/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataOf, dataOption } from '../command/data-option.ts'
import { driftText } from './drift-text.ts'
import { driftOfModel, modelsOf, type DriftAsk, type ModelDrift } from './model-drift.ts'
import { importPipeline } from '../command/pipeline-file.ts'

const SINCE: Duration = '7d'
const thresholds = ['psi', 'ks', 'nulls', 'rows'] as const

interface Request extends DriftAsk {
  readonly json: boolean
}

export const driftCommand: Command = {
  name: 'drift',
  usage: 'PIPELINE [--since 7d] [--training DIR | --reference 28d]',
  summary: 'hold the inputs and scores of recent decisions against a training set, or against decisions before them',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only this model' },
    since: { type: 'string', value: 'DURATION', help: `recent is so long before the newest decision: ${SINCE} unless given` },
    training: { type: 'string', value: 'DIR', help: 'hold them against this training set' },
    reference: {
      type: 'string',
      value: 'DURATION',
      help: 'hold them against the decisions of so long before; against all before unless given',
    },
    psi: { type: 'string', value: 'N', help: 'population stability index from which on an input has drifted: 0.2 unless given' },
    ks: { type: 'string', value: 'N', help: 'Kolmogorov–Smirnov statistic from which on: 0.2 unless given' },
    nulls: { type: 'string', value: 'N', help: 'difference of the shares of NULLs from which on: 0.1 unless given' },
    rows: { type: 'string', value: 'N', help: 'decisions without which nothing is said: 200 unless given' },
    metric: {
      type: 'string',
      value: 'NAME=BOUND',
      help: 'auc or ap of decisions whose labels are settled, and its bound: of the rule of train unless given',
    },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object a model, and nothing else' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const { ir } = await importPipeline(request.path)
    const drifts = await lookInto(dataOf(values), async reader => {
      const results: ModelDrift[] = []
      for (const model of modelsOf(ir, reader, request)) results.push(await driftOfModel(ir, model, reader, request))
      return results
    })
    if (request.json) for (const drift of drifts) console.log(JSON.stringify(drift))
    else console.log(drifts.map(driftText).join('\n\n'))
    return drifts.some(({ drifted }) => drifted) ? 1 : 0
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the file of a pipeline')
  if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
  const { model, since = SINCE, training, reference, json = false } = values as { [name: string]: string | undefined } & { json?: boolean }
  if (training !== undefined && reference !== undefined)
    throw new UsageError('--training and --reference are two things to compare with; leave one out')
  if (training !== undefined && model === undefined) throw new UsageError('--training DIR is of one model; name it with --model')
  return {
    path,
    model,
    since: durationOf('--since', since),
    reference: reference === undefined ? Infinity : durationOf('--reference', reference),
    set: training,
    thresholds: thresholdsOf(values),
    metric: metricOf(values['metric'] as string | undefined),
    json,
  }
}

function durationOf(option: string, text: string): number {
  try {
    return durationMs(text as Duration)
  } catch {
    throw new UsageError(`${option} ${text} is no duration; write 12h, 7d or 4w`)
  }
}

function thresholdsOf(values: Readonly<Record<string, unknown>>): DriftThresholds {
  const settings = thresholds.flatMap(name => (values[name] === undefined ? [] : [[name, values[name] as string] as const]))
  for (const [name, text] of settings) if (!/^\d*\.?\d+$/.test(text)) throw new UsageError(`--${name} ${text} is no number from 0`)
  return Object.fromEntries(settings.map(([name, text]) => [name, Number(text)]))
}

function metricOf(text: string | undefined): DriftAsk['metric'] {
  if (text === undefined) return undefined
  const [, metric, bound] = /^(auc|ap)=(\d*\.?\d+)$/.exec(text) ?? []
  if (metric === undefined) throw new UsageError(`--metric ${text} is no metric and its bound; write auc=0.75 or ap=0.3`)
  return { metric: metric as 'auc' | 'ap', bound: Number(bound) }
}
