/** Shapes of the river: a band through points, with the width of the time spent at each. */
import { svgCoordinate } from './markup.ts'

/** A point of the band. */
export interface RibbonPoint {
  /** Position along the river. */
  readonly along: number
  /** Position across the river. */
  readonly across: number
  readonly width: number
}

const [NARROWEST, WIDEST] = [4, 62]

/** Widths of ages in ms: power 1.5 of the logarithm, with the oldest at the greatest width. Older ages are no wider. */
export function widthScale(oldest: number): (ms: number) => number {
  const logOfOldest = Math.log10(1 + Math.max(10, oldest))
  return ms => NARROWEST + (WIDEST - NARROWEST) * Math.min(1, Math.log10(1 + Math.max(0, ms)) / logOfOldest) ** 1.5
}

/** Outline of a smooth band through the bends. `along` is y if the river flows down. */
export function ribbonPath(bends: readonly RibbonPoint[], flows: 'right' | 'down'): string {
  const side = (sign: 1 | -1) => bends.map(({ along, across, width }) => [along, across + (sign * width) / 2] as const)
  const [forward, backward] = [side(-1), side(1).reverse()]
  const pointText = ([along, across]: readonly [number, number]) =>
    flows === 'right' ? `${svgCoordinate(along)} ${svgCoordinate(across)}` : `${svgCoordinate(across)} ${svgCoordinate(along)}`
  const curveTo = (points: readonly (readonly [number, number])[]) =>
    points.slice(1).map((to, i) => {
      const from = points[i]
      const middle = (from[0] + to[0]) / 2
      return `C${pointText([middle, from[1]])} ${pointText([middle, to[1]])} ${pointText(to)}`
    })
  return [`M${pointText(forward[0])}`, ...curveTo(forward), `L${pointText(backward[0])}`, ...curveTo(backward), 'Z'].join('')
}
