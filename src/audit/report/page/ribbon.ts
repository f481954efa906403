/** Shapes of the river: a band through points, as wide at each as the time that is spent there. */
import { px } from './markup.ts'

export interface Bend {
  /** Along the river. */
  readonly along: number
  /** Across it. */
  readonly across: number
  readonly width: number
}

const [NARROWEST, WIDEST] = [4, 62]

/** Ages, ms, as widths: by the power 1.5 of their logarithm, the oldest of a river the widest. What is older than that is no wider. */
export function widthsUpTo(oldest: number): (ms: number) => number {
  const most = Math.log10(1 + Math.max(10, oldest))
  return ms => NARROWEST + (WIDEST - NARROWEST) * Math.min(1, Math.log10(1 + Math.max(0, ms)) / most) ** 1.5
}

/** The outline of a band that passes the bends smoothly. Of a river that flows down, `along` is y. */
export function ribbon(bends: readonly Bend[], flows: 'right' | 'down'): string {
  const side = (sign: 1 | -1) => bends.map(({ along, across, width }) => [along, across + (sign * width) / 2] as const)
  const [there, back] = [side(-1), side(1).reverse()]
  const at = ([along, across]: readonly [number, number]) =>
    flows === 'right' ? `${px(along)} ${px(across)}` : `${px(across)} ${px(along)}`
  const bent = (points: readonly (readonly [number, number])[]) =>
    points.slice(1).map((to, i) => {
      const from = points[i]
      const middle = (from[0] + to[0]) / 2
      return `C${at([middle, from[1]])} ${at([middle, to[1]])} ${at(to)}`
    })
  return [`M${at(there[0])}`, ...bent(there), `L${at(back[0])}`, ...bent(back), 'Z'].join('')
}
