/**
 * What a reader must know beside the figures, as data: of what kind, how bad, about what. Words are made of it last (`caveat-text.ts`), so that of many that say the same the worst alone is said.
 *
 * Plain JSON: ladders that are kept keep theirs.
 */

export type Caveat = Named & {
  /** The greater, the worse; 0 unless given. */
  readonly size?: number
  /** Caveats of one kind about different things are each said. */
  readonly about?: string
}

type Named =
  /** What is judged is short. */
  | { readonly kind: 'few weeks'; readonly weeks: number }
  | { readonly kind: 'no year'; readonly days: number }
  | { readonly kind: 'few true labels'; readonly count: number }
  /** Decisions that are judged read a window that begins before the history; `size`: how long it is, ms; `part`: of those decisions. */
  | { readonly kind: 'long window'; readonly group: string; readonly size: number; readonly history: number; readonly part: number }
  /** An age that was asked for is longer than what is judged: what was older than that is not in it. */
  | { readonly kind: 'long age'; readonly size: number; readonly judged: number }
  | { readonly kind: 'labels alike' }
  /** A part of the decisions; `isMost`: so many that the others may be of another sort. */
  | { readonly kind: 'unknown labels'; readonly part: number; readonly isMost: boolean }
  /** A week of what runs, were all labels that are not known true, and were they all false. */
  | { readonly kind: 'supposed labels'; readonly ifTrue: number; readonly ifFalse: number; readonly unit: string }
  | { readonly kind: 'censored labels'; readonly count: number }
  /** Decisions that an action left undone, in the part that is judged: each stands for so many, of as many whose outcome is hidden. */
  | {
      readonly kind: 'undone stand'
      readonly count: number
      readonly hidden: number
      readonly weight: readonly [least: number, greatest: number]
      readonly effective: number
    }
  /** There are too few of them, or too few of one label. */
  | { readonly kind: 'few undone'; readonly count: number; readonly positive: number; readonly least: number; readonly ofLabel: number }
  | { readonly kind: 'nothing acts' }
  /** Of the actions of what runs, a part that nothing is said of. */
  | { readonly kind: 'unjudged actions'; readonly part: number }
  /** At its threshold, or at the volume of alerts that was to be equal, a level acts more or less often than what runs; actions a week; `size`: the greater over the less. */
  | {
      readonly kind: 'other volume'
      readonly at: 'threshold' | 'volume'
      readonly level: string
      readonly actions: number
      readonly now: number
      readonly size: number
    }
  /** In words, why no model trained anew is compared. */
  | { readonly kind: 'no retraining'; readonly why: string }
  /** Of one column of clusters, or of blocks of time however long; `size`: how many clusters are missing, of those from which on there is no caveat. */
  | { readonly kind: 'few clusters'; readonly clusters: CountedClusters; readonly under: number; readonly size: number }
  /** Neighbouring blocks of time err together, and intervals are as if they did not; `size`: their correlation. */
  | { readonly kind: 'lasting shocks'; readonly block: string; readonly size: number }
  /** Neighbouring blocks erred together, and longer ones were taken; `size`: how long, ms. */
  | { readonly kind: 'longer blocks'; readonly block: string; readonly correlation: number; readonly longer: string; readonly size: number }
  | { readonly kind: 'some plans'; readonly looked: number; readonly of: number }
  | { readonly kind: 'no price'; readonly price: number }
  /** In the words of who trained a model. */
  | { readonly kind: 'note'; readonly text: string; readonly about: string }

/** Of one column of clusters. */
export interface CountedClusters {
  readonly name: string
  /** In the block that is judged, and how many of equal size they are worth. */
  readonly count: number
  readonly effective: number
  /** Of all decisions. */
  readonly all: number
}

export const noteOf = (text: string): Caveat => ({ kind: 'note', text, about: text })

/** Of each kind and what it is about the worst, in the order in which they are first met; of two as bad the first. */
export function worstOf(caveats: readonly Caveat[]): Caveat[] {
  const worst = new Map<string, Caveat>()
  for (const caveat of caveats) {
    const name = `${caveat.kind} ${caveat.about ?? ''}`
    const known = worst.get(name)
    if (!known || (caveat.size ?? 0) > (known.size ?? 0)) worst.set(name, caveat)
  }
  return [...worst.values()]
}
