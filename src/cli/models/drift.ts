/** `spillway drift`: compares recent decisions with a training set or with earlier decisions. A run may hold the folder. */
import { durationMs, type Duration } from '../../base/index.ts'
import { withFolder, type DriftRequest } from '../../operate/index.ts'
import type { DriftThresholds } from '../../training/drift/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { driftText } from './drift-text.ts'
import { importPipeline } from '../command/pipeline-file.ts'

const SINCE: Duration = '7d'
const thresholds = ['psi', 'ks', 'nulls', 'rows'] as const

interface Request extends DriftRequest {
  readonly json: boolean
}

/** The command `spillway drift`. */
export const driftCommand: Command = {
  name: 'drift',
  usage: 'PIPELINE [--since 7d] [--training DIR | --reference 28d]',
  summary: 'compare the inputs and scores of recent decisions with a training set, or with earlier decisions',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only this model' },
    since: { type: 'string', value: 'DURATION', help: `the recent period before the newest decision (default ${SINCE})` },
    training: { type: 'string', value: 'DIR', help: 'compare with this training set' },
    reference: {
      type: 'string',
      value: 'DURATION',
      help: 'compare with the decisions of this period before (default: all before)',
    },
    psi: { type: 'string', value: 'N', help: 'the population stability index that counts as drift (default 0.2)' },
    ks: { type: 'string', value: 'N', help: 'the Kolmogorov–Smirnov statistic that counts as drift (default 0.2)' },
    nulls: { type: 'string', value: 'N', help: 'the difference in the share of NULLs that counts as drift (default 0.1)' },
    rows: { type: 'string', value: 'N', help: 'the least number of recent decisions for a verdict (default 200)' },
    metric: {
      type: 'string',
      value: 'NAME=BOUND',
      help: 'auc or ap of decisions with settled labels, with its lower bound (default: the promotion rule)',
    },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object per model, and nothing else' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const { ir } = await importPipeline(request.path)
    const drifts = await withFolder(dataFolderOf(values), folder => folder.drift(ir, request))
    if (request.json) for (const drift of drifts) console.log(JSON.stringify(drift))
    else console.log(drifts.map(driftText).join('\n\n'))
    return drifts.some(({ drifted }) => drifted) ? 1 : 0
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const { model, since = SINCE, training, reference, json = false } = values as { [name: string]: string | undefined } & { json?: boolean }
  if (training !== undefined && reference !== undefined) throw new UsageError('use --training or --reference, not both')
  if (training !== undefined && model === undefined) throw new UsageError('--training DIR is of one model; name it with --model')
  return {
    path,
    model,
    since: durationOf('--since', since),
    reference: reference === undefined ? Infinity : durationOf('--reference', reference),
    trainingSet: training,
    thresholds: thresholdsOf(values),
    metric: metricOf(values['metric'] as string | undefined),
    json,
  }
}

function durationOf(option: string, text: string): number {
  try {
    return durationMs(text as Duration)
  } catch {
    throw new UsageError(`${option} ${text} is not a duration; write 12h, 7d or 4w`)
  }
}

function thresholdsOf(values: Readonly<Record<string, unknown>>): DriftThresholds {
  const settings = thresholds.flatMap(name => (values[name] === undefined ? [] : [[name, values[name] as string] as const]))
  for (const [name, text] of settings) if (!/^\d*\.?\d+$/.test(text)) throw new UsageError(`--${name} ${text} is not a number from 0`)
  return Object.fromEntries(settings.map(([name, text]) => [name, Number(text)]))
}

function metricOf(text: string | undefined): DriftRequest['metric'] {
  if (text === undefined) return undefined
  const [, metric, bound] = /^(auc|ap)=(\d*\.?\d+)$/.exec(text) ?? []
  if (metric === undefined) throw new UsageError(`--metric ${text} is not a metric with its bound; write auc=0.75 or ap=0.3`)
  return { metric: metric as 'auc' | 'ap', bound: Number(bound) }
}
