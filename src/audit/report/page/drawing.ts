/** Drawings of the page: SVG with numbers as coordinates, for a wide and a narrow window, and axes of values. */
import { assert } from '../../../base/index.ts'
import { markup, type MarkupChild, type Markup } from './markup.ts'

/** Template tag for SVG: as `markup`, with numbers as coordinates. */
export const svg = (parts: TemplateStringsArray, ...children: readonly (MarkupChild | number)[]): Markup =>
  markup(parts, ...children.map(child => (typeof child === 'number' ? svgCoordinate(child) : child)))

/** An SVG coordinate, rounded to a tenth. */
function svgCoordinate(value: number): string {
  assert(Number.isFinite(value), `a coordinate of the audit's page is ${value}`)
  return String(Math.round(value * 10) / 10 + 0)
}

/** A point of an SVG path. */
export const svgPoint = (x: number, y: number): string => `${svgCoordinate(x)} ${svgCoordinate(y)}`

/** A picture. */
export interface PageDrawing {
  readonly width: number
  readonly height: number
  /** Short title. */
  readonly title: string
  /** Description for readers who cannot see the picture. */
  readonly description: string
  readonly content: MarkupChild
}

/** Window of a drawing. */
export type Layout = 'wide' | 'narrow'

/** Draws a picture for both windows, since text shrinks with its picture. The style shows the fitting one. `id` is unique on the page. */
export const inTwoWidths = (id: string, draw: (layout: Layout) => PageDrawing): Markup =>
  markup`${(['wide', 'narrow'] as const).map(layout => drawingOf(`${id}-${layout}`, layout, draw(layout)))}`

function drawingOf(id: string, layout: Layout, { width, height, title, description, content }: PageDrawing): Markup {
  return svg`<svg class="${layout}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${content}
</svg>
`
}

/** An axis of values. */
export interface CurveAxis {
  readonly coordinate: (value: number) => number
  /** Round values from one end to the other, including zero. */
  readonly ticks: readonly number[]
  /** Decimals of the ticks. */
  readonly decimals: number
}

const SPREAD_MIN = 1e-9

/** An axis that contains `values` and zero. `from` and `to` are the coordinates of its ends. */
export function axisOf(values: readonly number[], from: number, to: number): CurveAxis {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const spread = high - low
  const { step, decimals } = roundStep(spread < SPREAD_MIN ? 0.5 : spread / 4)
  const [first, last] = spread < SPREAD_MIN ? [-2, 2] : [Math.floor(low / step), Math.ceil(high / step)]
  return {
    coordinate: value => from + ((value / step - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12))),
    decimals,
  }
}

/** The least of 1, 2, 2.5 and 5 times a power of ten that is at least `least`. */
function roundStep(least: number): { readonly step: number; readonly decimals: number } {
  const exponent = Math.floor(Math.log10(least))
  const factor = [1, 2, 2.5, 5, 10].find(factor => factor * 10 ** exponent >= least * (1 - 1e-9))!
  return { step: factor * 10 ** exponent, decimals: Math.max(0, (factor === 2.5 ? 1 : 0) - exponent - (factor === 10 ? 1 : 0)) }
}
