/**
 * Caveats of a report as data: kind, size, subject. `caveat-text.ts` words them last, so that of many similar caveats only the worst is
 * shown.
 *
 * Plain JSON: stored sweeps keep their caveats.
 */

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
