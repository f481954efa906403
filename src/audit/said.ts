/** What a reader must know beside the figures: caveats that were triggered, and what is taken for granted. */
import type { ModelIR } from '../define/ir.ts'
import type { WorthIR } from '../define/worth-ir.ts'
import type { Experiment } from './experiment/experiment.ts'
import type { Judging, SupposedWeeks } from './judging.ts'
import type { Ladder } from './ladders.ts'
import type { HistoryPart } from './report/audit-report.ts'
import { unknownPart } from './worth/index.ts'

/** From so many unknown labels on nothing that is said of them is sure. */
const UNKNOWN_SOME = 0.05
const UNKNOWN_MOST = 0.5
const WEEKS_FEW = 8
/** Positives in the block that is judged. */
const POSITIVE_FEW = 50

interface CaveatsGiven {
  readonly history: HistoryPart
  readonly experiment: Experiment
  readonly judging: Judging
  readonly ladders: readonly Ladder[]
  readonly plans: readonly string[]
  /** Where some labels are not known. */
  readonly bounds: SupposedWeeks | undefined
  /** Of the utility. */
  readonly unit: string
}

export function caveatsOf({ history, experiment, judging, ladders, plans, bounds, unit }: CaveatsGiven): string[] {
  const { cases } = experiment
  const { test } = cases.blocks
  const unknown = unknownPart(cases, test)
  const positive = cases.label.subarray(test.from, test.to).reduce((sum, one) => sum + one, 0)
  const judged = history.weeks / 2
  return [
    ...(judged < WEEKS_FEW ? [`what is judged covers ${judged.toFixed(1)} weeks: seasons, and shocks that are rarer, are not in it`] : []),
    ...(history.weeks < 52 ? [`${Math.round(history.weeks * 7)} days of history: a year is an extrapolation`] : []),
    ...(positive < POSITIVE_FEW ? [`only ${positive} decisions of those that are judged have a true label`] : []),
    ...(positive === 0 || positive === known(cases, test) ? ['all labels of what is judged are alike: nothing can be ranked'] : []),
    ...(unknown > UNKNOWN_MOST
      ? [
          `of ${percent(unknown)} of the decisions it is not known what came of them: figures are of the others, and nothing says that these are like them`,
        ]
      : unknown > UNKNOWN_SOME
        ? [`of ${percent(unknown)} of the decisions it is not known what came of them; they are taken to be like the others`]
        : []),
    ...(bounds && (unknown > UNKNOWN_SOME || history.censored > 0) ? [boundsText(bounds, unit)] : []),
    ...(history.censored > 0 ? [`${history.censored.toLocaleString('en-US')} labels are unknown because an action changed what came`] : []),
    ...(judging.acts.count === 0
      ? ['no decision of the block in between acts at that threshold: frozen curves are flat because nothing follows from decisions']
      : []),
    ...ladders.flatMap(({ caveats }) => caveats),
    ...plans,
    ...experiment.notes,
  ].filter(isWorst)
}

/** Caveats of ladders that differ in a number alone are one caveat: the one with the greatest. */
function isWorst(text: string, i: number, all: readonly string[]): boolean {
  const same = all.map((other, j) => ({ j, number: lastNumber(other), kind: kindOf(other) })).filter(({ kind }) => kind === kindOf(text))
  return same.toSorted((a, b) => b.number - a.number || a.j - b.j)[0].j === i
}

const kindOf = (text: string): string => text.replaceAll(/[\d.,]*\d/g, '#')
const lastNumber = (text: string): number => Number(/(\d[\d.]*)\D*$/.exec(text)?.[1] ?? 0)

function boundsText({ ifTrue, ifFalse }: SupposedWeeks, unit: string): string {
  const [one, other] = [ifTrue, ifFalse].map(week => week.toLocaleString('en-US', { maximumSignificantDigits: 3 }))
  return `were all labels that are not known true, what runs would be worth ${one} ${unit} a week; were they all false, ${other}`
}

const known = ({ known: is }: Experiment['cases'], { from, to }: { readonly from: number; readonly to: number }): number =>
  is.subarray(from, to).reduce((sum, one) => sum + one, 0)

export function assumptionsOf({
  model,
  worth,
  judging,
  experiment,
}: {
  readonly model: ModelIR
  readonly worth: WorthIR
  readonly judging: Judging
  readonly experiment: Experiment
}): string[] {
  const { cooldown } = judging.acts
  return [
    'what entities do is taken as given: nobody acts otherwise because a decision was another',
    `a threshold is set on the part of history before what is judged: ${judging.acts.from}`,
    'frozen: the model as it is. At equal actions: the same model at the threshold at which as many act. Refit: trained on features as old, at as many actions',
    ...(experiment.why('refit') === undefined ? [] : [`no arm 'refit': ${experiment.why('refit')}`]),
    ...(cooldown > 0 ? ['after one action for a key there is none for as long as the action says'] : []),
    ...(worth.decisionsAWeek === undefined
      ? []
      : [`a week has ${worth.decisionsAWeek.toLocaleString('en-US')} decisions, as was said; the history has another number`]),
    ...(model.decide.kind === 'on' ? ['a decision is made at the arrival of its event, as the history recorded or declares it'] : []),
    'costs are of a deployment that is modelled from what was measured here: each line says its arithmetic',
  ]
}

const percent = (part: number): string => `${Math.round(part * 100)} %`
