/** Data and shapes of the river chart (`river.ts`): a stage per element, as wide as its age, and the band through them. */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport } from '../../domain/audit-report.ts'
import type { ElementPart } from '../../domain/element-report.ts'
import { svgPoint, type PageDrawing } from './drawing.ts'

/** A stage of the river: one element. */
export interface RiverStage {
  readonly element: ElementPart
  /** Widths for the median age at decisions, and for its 95th percentile. */
  readonly p50: number
  readonly p95: number
}

/** The stages in the order in which an event passes them: ingestion, feature groups side by side, inference and action. */
export interface RiverStages {
  readonly before: readonly RiverStage[]
  readonly groups: readonly RiverStage[]
  readonly after: readonly RiverStage[]
  readonly training: ElementPart | undefined
}

/** Greatest age of a stage of the river, ms. */
export const oldestStageAge = ({ elements }: AuditReport): number =>
  Math.max(0, ...elements.filter(isRiverStage).map(({ now }) => now.age?.p95 ?? 0))

/** True for stages of the river. The age of the model lies beside it, and joint groups appear one by one. */
const isRiverStage = ({ kind }: ElementPart): boolean => kind !== 'training' && kind !== 'groups'

export function riverStagesOf(report: AuditReport): RiverStages {
  const { elements } = report
  const widthOf = widthScale(oldestStageAge(report))
  const stagesOf = (kind: ElementPart['kind']): RiverStage[] =>
    elements
      .filter(element => element.kind === kind)
      .map(element => ({ element, p50: widthOf(element.now.age?.p50 ?? 0), p95: widthOf(element.now.age?.p95 ?? 0) }))
  return {
    before: stagesOf('ingestion'),
    groups: stagesOf('group'),
    after: [...stagesOf('inference'), ...stagesOf('action')],
    training: elements.find(({ kind }) => kind === 'training'),
  }
}

export const riverTexts = (report: AuditReport): Pick<PageDrawing, 'title' | 'description'> => ({
  title: 'The way of an event to an action',
  description: `${report.elements
    .filter(({ kind }) => kind !== 'groups')
    .map(element => `${element.title}: ${element.now.title}, ${stageAgeText(element)}`)
    .join('; ')}. The older, the wider.`,
})

export function stageAgeText({ now: { age } }: ElementPart): string {
  if (age === null) return 'age not known'
  return age.p95 === age.p50 ? `age ${spanTitle(age.p50)}` : `p50 ${spanTitle(age.p50)}, p95 ${spanTitle(age.p95)}`
}

const [NARROWEST, WIDEST] = [4, 62]

/** Widths of ages in ms: power 1.5 of the logarithm, with the oldest at the greatest width. Older ages are no wider. */
export function widthScale(oldest: number): (ms: number) => number {
  const logOfOldest = Math.log10(1 + Math.max(10, oldest))
  return ms => NARROWEST + (WIDEST - NARROWEST) * Math.min(1, Math.log10(1 + Math.max(0, ms)) / logOfOldest) ** 1.5
}

/** Width of the river at its ends and between stages. */
export const RIVER_WIDTH_MIN = 3

/** A point of the band. */
export interface RibbonPoint {
  /** Position along the river. */
  readonly along: number
  /** Position across the river. */
  readonly across: number
  readonly width: number
}

/** Outline of a smooth band through the bends. `along` is y if the river flows down. */
export function ribbonPath(bends: readonly RibbonPoint[], flows: 'right' | 'down'): string {
  const side = (sign: 1 | -1) => bends.map(({ along, across, width }) => [along, across + (sign * width) / 2] as const)
  const [forward, backward] = [side(-1), side(1).reverse()]
  const pointText = ([along, across]: readonly [number, number]) => (flows === 'right' ? svgPoint(along, across) : svgPoint(across, along))
  const curveTo = (points: readonly (readonly [number, number])[]) =>
    points.slice(1).map((to, i) => {
      const from = points[i]
      const middle = (from[0] + to[0]) / 2
      return `C${pointText([middle, from[1]])} ${pointText([middle, to[1]])} ${pointText(to)}`
    })
  return [`M${pointText(forward[0])}`, ...curveTo(forward), `L${pointText(backward[0])}`, ...curveTo(backward), 'Z'].join('')
}
