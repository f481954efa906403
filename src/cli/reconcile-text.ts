/** What a reconciliation found, for a person. */
import { bases, type Basis, type Compared, type Example, type InputReport, type ReconcileReport } from '../reconcile/report.ts'
import { counted, number, table } from './summary.ts'
import { timeText } from './time-text.ts'

const titles: Readonly<Record<Basis, string>> = {
  recorded: 'recorded: over what each decision knew',
  corrected: 'corrected: over what the log knows today',
}

export function reconcileText(report: ReconcileReport): string {
  const { inputs, examples } = report
  return [
    headText(report),
    ...(inputs.length > 0 ? bases.map(basis => tableText(basis, inputs)) : []),
    ...(examples.length > 0 ? [['examples', ...examples.map(exampleText)].join('\n')] : []),
    verdict(report),
  ].join('\n\n')
}

function headText({ decisions, forgotten, otherModels, entries, inputs }: ReconcileReport): string {
  const sum = (of: (input: InputReport) => number): number => inputs.reduce((all, input) => all + of(input), 0)
  const notes: readonly (readonly [count: number, what: string, why: string])[] = [
    [forgotten, 'decision', 'not compared: what they were made on is forgotten, or of another kind now'],
    ...Object.entries(otherModels).map(([model, count]) => [count, 'decision', `of model '${model}', which the pipeline has not`] as const),
    [sum(input => input.forgotten), 'value', 'not compared: the log has forgotten some of their windows'],
    [sum(input => input.unrecorded), 'value', 'not compared: another version of the pipeline did not record them'],
    [sum(input => input.waiting), 'value', 'may change when dead letters that wait are mended and sent again'],
  ]
  return [
    `${counted(decisions, 'decision')} computed again in SQL, from a log of ${entries === 1 ? '1 entry' : `${number(entries)} entries`}`,
    ...notes.flatMap(([count, what, why]) => (count > 0 ? [`${counted(count, what)} ${why}`] : [])),
  ].join('\n')
}

function tableText(basis: Basis, inputs: readonly InputReport[]): string {
  const head = ['input', 'values', 'equal', 'both absent', 'one absent', 'different', 'SMAPE', 'apart (p50, p99)']
  const rows = inputs.map(input => {
    const { compared, equal, within, bothAbsent, oneAbsent, different, smape, apart } = input[basis]
    return [
      `${input.model} ${input.input}`,
      number(compared),
      number(equal + within),
      number(bothAbsent),
      number(oneAbsent),
      number(different),
      smape === undefined ? '–' : smape.toFixed(4),
      apart ? `${short(apart.p50)}, ${short(apart.p99)}` : '–',
    ]
  })
  return [titles[basis], table(head, rows), ...reasonsText(inputs.map(input => input[basis]))].join('\n')
}

function reasonsText(all: readonly Compared[]): string[] {
  const counts = new Map<string, number>()
  for (const { reasons } of all)
    for (const [reason, count] of Object.entries(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return counts.size === 0 ? [] : [`why: ${[...counts].map(([reason, count]) => `${reason} ${number(count)}`).join(', ')}`]
}

const short = (value: number): string => String(Number(value.toPrecision(3)))

function exampleText({ basis, reason, model, input, entry, key, t, recorded, other }: Example): string {
  const values = `${JSON.stringify(recorded)} recorded, ${JSON.stringify(other)} ${basis === 'recorded' ? 'by SQL' : 'today'}`
  return `  ${reason}: ${model} ${input} of ${key} at ${timeText(t)} (entry ${entry}): ${values}`
}

function verdict({ sound, inputs }: ReconcileReport): string {
  if (inputs.length === 0) return 'The pipeline has no model, and nothing was compared.'
  return sound
    ? 'Sound: every recorded value is what SQL makes of what its decision knew, and what differs today has a reason.'
    : 'NOT SOUND: a recorded value is not what SQL makes of what its decision knew, or a difference has no reason.'
}
