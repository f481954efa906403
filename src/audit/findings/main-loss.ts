/** The loss that a summary is about. */
import type { ElementPart, SweepLevel } from '../domain/element-report.ts'
import { isAvailable } from '../domain/figures.ts'
import { shortTitle } from '../domain/setting-text.ts'
import type { StalenessChange, StalenessRow } from '../domain/summary.ts'
import { TOLERATED_LOSS } from '../statistics/freshness-threshold.ts'
import { nameOf, staysLive } from './summary-parts.ts'

/** A certain loss of an element at one level. */
interface Loss {
  readonly part: ElementPart
  readonly row: StalenessRow
  readonly level: SweepLevel
  readonly change: StalenessChange
}

/** The loss that the reason names, and that of the same element at the next schedule, which is what the recommendation is worth. */
export interface MainLoss extends Loss {
  readonly atNext: Loss
}

/**
 * Of the elements that lose more than the tolerated share at their first older level for certain, and so must stay as fresh as they are,
 * the one that loses most at the next schedule. Otherwise the feature group that loses most there, else all groups, else a stage. Elements
 * that the recommendation names come before others.
 */
export function mainLoss(elements: readonly ElementPart[], rows: readonly StalenessRow[]): MainLoss | undefined {
  const lossesAt = (indexOf: (row: StalenessRow) => number | undefined, least: number): Loss[] =>
    elements
      .flatMap((part, i): Loss[] => {
        const row = rows[i]
        const index = part.unplanned === undefined ? indexOf(row) : undefined
        const change = index === undefined ? undefined : row.levels[index].change
        return change && isAvailable(change) && -change.share.high > least ? [{ part, row, level: part.levels[index!], change }] : []
      })
      .toSorted((a, b) => a.change.perWeek.value - b.change.perWeek.value)
  const soonest = lossesAt(({ firstOlder }) => firstOlder, TOLERATED_LOSS)
  const all = lossesAt(({ next }) => next, 0)
  const named = all.filter(({ part }) => staysLive(part))
  const losses = named.length > 0 ? named : all
  for (const atNext of losses) {
    const soon = soonest.find(({ part }) => part === atNext.part)
    if (soon) return { ...soon, atNext }
  }
  const ofKind = (kind: ElementPart['kind']) => losses.find(({ part }) => part.kind === kind)
  const atNext = ofKind('group') ?? ofKind('groups') ?? losses[0]
  return atNext && { ...atNext, atNext }
}

/** `"arrivals" nightly`, `all groups together 1 day older`. */
export const conditionOf = ({ part, level }: Loss): string =>
  `${nameOf(part)} ${level.setting.kind === 'older' ? `${level.title} older` : shortTitle(level.title)}`
