/**
 * Caveats of a report as data: kind, size, subject. They are worded last (`caveatText`), so that of many similar caveats only the worst is
 * shown.
 *
 * Plain JSON: stored sweeps keep their caveats.
 */
import { exactSpanTitle, spanTitle } from '../../base/index.ts'

/** A limitation of the evidence that the reader must know. */
export type Caveat = Named & {
  /** The severity, greater is worse; default 0. */
  readonly size?: number
  /** The subject. Caveats of one kind about different subjects are all shown. */
  readonly about?: string
}

type Named =
  /** The judged blocks are short. */
  | { readonly kind: 'few weeks'; readonly weeks: number }
  | { readonly kind: 'no year'; readonly days: number }
  | { readonly kind: 'few true labels'; readonly count: number }
  /**
   * Judged decisions read a window that begins before the history. `size`: the window's length, ms; `part`: the share of those decisions.
   */
  | { readonly kind: 'long window'; readonly group: string; readonly size: number; readonly history: number; readonly part: number }
  /** A requested age exceeds the judged time span. */
  | { readonly kind: 'long age'; readonly size: number; readonly judged: number }
  | { readonly kind: 'labels alike' }
  /** A share of the decisions; `isMost`: so large that the others may not be representative. */
  | { readonly kind: 'unknown labels'; readonly part: number; readonly isMost: boolean }
  /** The weekly value of the current pipeline with all unknown labels taken as true, and as false. */
  | { readonly kind: 'supposed labels'; readonly ifTrue: number; readonly ifFalse: number; readonly unit: string }
  | { readonly kind: 'censored labels'; readonly count: number }
  /** Outcomes that arrived after their label had settled as false. */
  | { readonly kind: 'late labels'; readonly count: number }
  /** Explored decisions in the judged blocks, weighted by the inverse propensity for decisions with a hidden outcome. */
  | {
      readonly kind: 'undone stand'
      readonly count: number
      readonly hidden: number
      readonly weight: readonly [least: number, greatest: number]
      readonly effective: number
    }
  /** There are too few explored decisions, or too few of one label. */
  | { readonly kind: 'few undone'; readonly count: number; readonly positive: number; readonly least: number; readonly ofLabel: number }
  | { readonly kind: 'nothing acts' }
  /** The share of the current actions without a known outcome. */
  | { readonly kind: 'unjudged actions'; readonly part: number }
  /**
   * A level acts more or less often than the current pipeline, at its threshold or at the alert volume that was to be equal. Actions per
   * week; `size`: the ratio of the greater to the lesser.
   */
  | {
      readonly kind: 'other volume'
      readonly at: 'threshold' | 'volume'
      readonly level: string
      readonly actions: number
      readonly now: number
      readonly size: number
    }
  /** Why no retrained model is compared, in words. */
  | { readonly kind: 'no retraining'; readonly why: string }
  /** Of one cluster column, entity or time. `size`: the clusters missing to the number without a caveat. */
  | { readonly kind: 'few clusters'; readonly clusters: CountedClusters; readonly under: number; readonly size: number }
  /** Errors of neighbouring blocks of time are autocorrelated, and the intervals ignore it. `size`: the correlation. */
  | { readonly kind: 'lasting shocks'; readonly block: string; readonly size: number }
  /** Errors of neighbouring blocks were autocorrelated, so longer blocks were used. `size`: their length, ms. */
  | { readonly kind: 'longer blocks'; readonly block: string; readonly correlation: number; readonly longer: string; readonly size: number }
  | { readonly kind: 'some plans'; readonly looked: number; readonly of: number }
  | { readonly kind: 'no price'; readonly price: number }
  /** A note of the model's trainer. */
  | { readonly kind: 'note'; readonly text: string; readonly about: string }

/** The sizes of one cluster column. */
export interface CountedClusters {
  readonly name: string
  /** Clusters in the judged block, and their effective sample size. */
  readonly count: number
  readonly effective: number
  /** Clusters of all decisions. */
  readonly all: number
}

/** A caveat of free text. */
export const noteCaveat = (text: string): Caveat => ({ kind: 'note', text, about: text })

/** The worst caveat of each kind and subject, in the order of first occurrence; of equal ones the first. */
export function worstCaveats(caveats: readonly Caveat[]): Caveat[] {
  const worst = new Map<string, Caveat>()
  for (const caveat of caveats) {
    const name = `${caveat.kind} ${caveat.about ?? ''}`
    const current = worst.get(name)
    if (!current || (caveat.size ?? 0) > (current.size ?? 0)) worst.set(name, caveat)
  }
  return [...worst.values()]
}

/** One caveat as a sentence, without a full stop. */
export function caveatText(caveat: Caveat): string {
  switch (caveat.kind) {
    case 'few weeks':
      return `the judged decisions cover ${caveat.weeks.toFixed(1)} weeks: seasons and rarer shocks are not in them`
    case 'no year':
      return `${caveat.days} days of history: a year is an extrapolation`
    case 'few true labels':
      return `only ${caveat.count} judged decisions have a true label`
    case 'long window':
      return `"${caveat.group}" looks back ${exactSpanTitle(caveat.size)} and the history has ${spanTitle(caveat.history)}: the window was not full for ${percent(caveat.part)} of the judged decisions`
    case 'long age':
      return `the age ${exactSpanTitle(caveat.size)} exceeds the ${spanTitle(caveat.judged)} that the judged decisions span: features of that age come mostly from before that span, or are empty`
    case 'labels alike':
      return 'all judged labels are equal: nothing can be ranked'
    case 'unknown labels':
      return `the outcome of ${percent(caveat.part)} of the decisions is unknown${
        caveat.isMost ? ': the figures cover the others, which may not be representative' : '; they are assumed to be like the others'
      }`
    case 'supposed labels': {
      const [ifTrue, ifFalse] = [caveat.ifTrue, caveat.ifFalse].map(week => week.toLocaleString('en-US', { maximumSignificantDigits: 3 }))
      return `if all unknown labels were true, the current pipeline would be worth ${ifTrue} ${caveat.unit} a week; if all were false, ${ifFalse}`
    }
    case 'censored labels':
      return `${number(caveat.count)} labels are unknown because an action changed the outcome`
    case 'late labels':
      return `${number(caveat.count)} outcomes arrived after their label had settled, and count as false: raise the time that the label waits for them`
    case 'undone stand': {
      const [least, most] = caveat.weight.map(weight => number(Math.round(weight)))
      const weights = least === most ? `weight ${least}` : `weights ${least} to ${most}`
      return `${number(caveat.count)} explored decisions, with ${weights}, represent the ${number(caveat.hidden)} whose outcome an action hid; their effective sample size is ${number(Math.round(caveat.effective))}, and the intervals include the variance of the draw`
    }
    case 'few undone':
      return `${number(caveat.count)} judged decisions were explored, ${number(caveat.positive)} of them with a true label: with under ${caveat.least}, or under ${caveat.ofLabel} of either label, they represent no other decisions`
    case 'nothing acts':
      return 'no decision of the tuning block acts at that threshold: curves without retraining are flat because no action depends on the decisions'
    case 'unjudged actions':
      return `${percent(caveat.part)} of the current actions concern an episode that had already begun, or have no known label: they are in no figure and use no alert budget`
    case 'other volume': {
      const volumes = `${caveat.level}: ${number(Math.round(caveat.actions))} actions a week instead of ${number(Math.round(caveat.now))}`
      return caveat.at === 'threshold'
        ? `at the same threshold, ${volumes}, so part of that difference is due to alert volume; verdicts use equal alert volume`
        : `equal alert volume is not reached by ${volumes}, so part of the difference is due to alert volume`
    }
    case 'no retraining':
      return `planned changes are judged without retraining: ${caveat.why}`
    case 'few clusters':
      return `${clustersText(caveat.clusters)}: intervals are less reliable under ${caveat.under}`
    case 'lasting shocks':
      return `differences of neighbouring ${plural(caveat.block)} are autocorrelated (${caveat.size.toFixed(2)}): shocks last longer, and intervals may be too narrow`
    case 'longer blocks':
      return `differences of neighbouring ${plural(caveat.block)} are autocorrelated (${caveat.correlation.toFixed(2)}): intervals use ${plural(caveat.longer)}`
    case 'some plans':
      return `${number(caveat.looked)} of ${number(caveat.of)} plans with distinct decisions were evaluated: from the current, the freshest and the oldest plan, by changes of one and of two elements`
    case 'no price':
      return `the value per unit is ${caveat.price}, which must be a number above 0: no dollar verdict`
    case 'note':
      return caveat.text
  }
}

/** `9 patients`; `300 merchants (effective sample size 12)`; `57 patients, 15 of them judged`. */
export function clustersText({ name, count, effective, all }: CountedClusters): string {
  const effectiveCount = Math.round(effective)
  return `${all} ${all === 1 ? name : plural(name)}${count < all ? `, ${count} of them judged` : ''}${effectiveCount < count ? ` (effective sample size ${effectiveCount})` : ''}`
}

/** `airports`, `cities`, `2-day blocks`, `series`. */
export function plural(name: string): string {
  if (name.endsWith('series')) return name
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`
}

const number = (count: number): string => count.toLocaleString('en-US')
const percent = (part: number): string => `${Math.round(part * 100)} %`
