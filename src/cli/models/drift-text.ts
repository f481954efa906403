/** A drift report as text. */
import type { ColumnDrift } from '../../training/drift/index.ts'
import type { ModelDrift } from '../../operate/index.ts'
import { pluralize, formatNumber, paddedTable } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** The compared decisions, the tables of inputs and metrics, and the verdict. */
export function driftText(drift: ModelDrift): string {
  const { inputs, score, metrics, others, only } = drift
  const rows = [...inputs, ...(score ? [score] : [])]
  const metricRows = metrics.map(({ name, value, bound, rows: count, fell }) => [
    name,
    Number.isNaN(value) ? '–' : short(value),
    short(bound),
    formatNumber(count),
    Number.isNaN(value) ? noValueText(name, count) : fell ? 'fell' : '',
  ])
  return [
    headText(drift),
    ...(others > 0 ? [`${pluralize(others, 'decision')} by a version of the model with different inputs left out`] : []),
    ...(only.reference.length > 0 ? [`missing in the recent decisions: ${only.reference.join(', ')}`] : []),
    ...(only.recent.length > 0 ? [`missing in the reference: ${only.recent.join(', ')}`] : []),
    ...scoreLines(drift),
    '',
    paddedTable(['input', 'PSI', 'KS', 'NULL before', 'NULL now', 'drifted'], rows.map(rowText)),
    ...(metricRows.length > 0 ? ['', paddedTable(['metric', 'value', 'bound', 'labels', ''], metricRows)] : []),
    '',
    verdict(drift),
  ].join('\n')
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
