/** `spillway drift`: compares recent decisions with a training set or with earlier decisions. A run may hold the folder. */
import type { Duration } from '../../base/index.ts'
import { withFolder, type DriftRequest, type ModelDrift } from '../../operate/index.ts'
import type { DriftThresholds, ColumnDrift } from '../../training/drift/index.ts'
import { parseDuration, expectNoArguments } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { withProgress } from '../command/progress.ts'
import { pluralize, formatNumber, paddedTable, timeText, joinLines } from '../command/text-format.ts'

const SINCE: Duration = '7d'
const thresholds = ['psi', 'ks', 'nulls', 'rows'] as const

/** The command `spillway drift`. */
export const driftCommand = defineCommand({
  name: 'drift',
  task: 'Train',
  takesPipeline: true,
  usage: '[--since 7d] [--training DIR] [--reference 28d]',
  summary: 'compare the inputs and scores of recent decisions with a training set, or with earlier decisions',
  options: {
    model: { value: 'NAME', help: 'only this model' },
    since: { value: 'DURATION', help: `the recent period before the newest decision [default: ${SINCE}]` },
    training: { value: 'DIR', help: 'compare with this training set' },
    reference: {
      value: 'DURATION',
      help: 'compare with the decisions of this period before [default: all before]',
    },
    psi: { value: 'N', help: 'the population stability index that counts as drift [default: 0.2]' },
    ks: { value: 'N', help: 'the Kolmogorov–Smirnov statistic that counts as drift [default: 0.2]' },
    nulls: { value: 'N', help: 'the difference in the share of NULLs that counts as drift [default: 0.1]' },
    rows: { value: 'N', help: 'the least number of recent decisions for a verdict [default: 200]' },
    metric: {
      value: 'NAME=BOUND',
      help: 'auc or ap of decisions with settled labels, with its lower bound [default: the promotion rule]',
    },
    data: dataOption,
    json: { help: 'print one JSON object per model, and nothing else' },
  },
  async run({ model, since = SINCE, training, reference, metric, json = false, ...rest }, positionals, project) {
    expectNoArguments(positionals, project)
    const path = project.requirePath()
    if (training !== undefined && reference !== undefined) throw new UsageError('use --training or --reference, not both')
    if (training !== undefined && model === undefined) throw new UsageError('--training DIR is of one model; name it with --model')
    const request: DriftRequest = {
      path,
      model,
      since: parseDuration('--since', since),
      reference: reference === undefined ? Infinity : parseDuration('--reference', reference),
      trainingSet: training,
      thresholds: thresholdsOf(rest),
      metric: metricOf(metric),
    }
    const { ir } = await project.importPipeline()
    const drifts = await withProgress(({ show }) =>
      withFolder(dataFolderOf(rest), folder => folder.drift(ir, { ...request, onProgress: show })),
    )
    if (json) for (const drift of drifts) console.log(JSON.stringify(drift))
    else console.log(drifts.map(driftText).join('\n\n'))
    return drifts.some(({ drifted }) => drifted) ? 1 : 0
  },
})

/** Throws `UsageError`. */
function thresholdsOf(values: Readonly<Partial<Record<(typeof thresholds)[number], string>>>): DriftThresholds {
  const settings = thresholds.flatMap(name => {
    const text = values[name]
    if (text === undefined) return []
    if (!/^\d*\.?\d+$/.test(text)) throw new UsageError(`--${name} ${text} is not a number from 0`)
    return [[name, Number(text)] as const]
  })
  return Object.fromEntries(settings)
}

/** Throws `UsageError`. */
function metricOf(text: string | undefined): DriftRequest['metric'] {
  if (text === undefined) return undefined
  const [, metric, bound] = /^(auc|ap)=(\d*\.?\d+)$/.exec(text) ?? []
  if (metric === undefined) throw new UsageError(`--metric ${text} is not a metric with its bound; write auc=0.75 or ap=0.3`)
  return { metric: metric as 'auc' | 'ap', bound: Number(bound) }
}

/** The compared decisions, the tables of inputs and metrics, and the verdict. */
export function driftText(drift: ModelDrift): string {
  const { inputs, score, metrics, others, only } = drift
  const rows = [...inputs, ...(score ? [score] : [])]
  const metricRows = metrics.map(({ name, value, bound, rows: count, fell }) => [
    name,
    Number.isNaN(value) ? '–' : short(value),
    short(bound),
    count,
    Number.isNaN(value) ? noValueText(name, count) : fell ? 'fell' : '',
  ])
  return joinLines(
    headText(drift),
    others > 0 && `${pluralize(others, 'decision')} by a version of the model with different inputs left out`,
    only.reference.length > 0 && `missing in the recent decisions: ${only.reference.join(', ')}`,
    only.recent.length > 0 && `missing in the reference: ${only.recent.join(', ')}`,
    scoreLines(drift),
    '',
    paddedTable(['input', 'PSI', 'KS', 'NULL before', 'NULL now', 'drifted'], rows.map(rowText)),
    metricRows.length > 0 && ['', paddedTable(['metric', 'value', 'bound', 'labels', ''], metricRows)],
    '',
    verdict(drift),
  )
}

function headText({ model, rows, since, reference }: ModelDrift): string {
  const against =
    reference.kind === 'set'
      ? `${pluralize(rows.reference, 'row')} of ${reference.folder}`
      : `${formatNumber(rows.reference)} before${reference.from === null ? '' : `, from ${timeText(reference.from)} on`}`
  return `${model}: ${pluralize(rows.recent, 'decision')} from ${timeText(since)} on, compared with ${against}`
}

/** A note on the compared scores, unless all decisions have scores of one version. */
function scoreLines({ scores: { version, reference, recent }, rows, reference: { kind } }: ModelDrift): string[] {
  if (kind === 'set' || version === null) return []
  if (reference === 0 || recent === 0)
    return [
      `score: version ${version} scored ${formatNumber(recent)} of the recent decisions and ${formatNumber(reference)} of those before; the scores are not compared`,
    ]
  if (reference === rows.reference && recent === rows.recent) return []
  return [
    `score: of version ${version} alone, which scored ${formatNumber(reference)} of the ${formatNumber(rows.reference)} decisions before`,
  ]
}

/** The reason for a metric without a value. `rows` is the number of decisions with label and score. */
function noValueText(metric: string, rows: number): string {
  if (rows === 0) return 'no settled decision has a score'
  return metric === 'auc' ? 'all labels are alike' : 'no label is true'
}

const rowText = ({ name, psi, ks, nulls, drifted }: ColumnDrift): string[] => [
  name,
  psi === undefined ? '–' : psi.toFixed(3),
  ks === undefined ? '–' : ks.toFixed(3),
  percent(nulls.reference),
  percent(nulls.recent),
  drifted.join(', '),
]

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const short = (value: number): string => String(Number(value.toPrecision(4)))

function verdict({ drifted, tooFew, inputs, score, metrics, thresholds: { psi, ks, nulls, rows } }: ModelDrift): string {
  if (drifted) {
    const columns = [...inputs, ...(score ? [score] : [])].filter(column => column.drifted.length > 0).map(({ name }) => name)
    return `DRIFTED: ${[...columns, ...metrics.filter(({ fell }) => fell).map(({ name }) => name)].join(', ')}`
  }
  if (tooFew) return `Too few recent decisions for a verdict: ${rows} are needed (--rows).`
  return `Nothing has drifted: PSI below ${psi}, KS below ${ks}, NULLs within ${100 * nulls} %.`
}
