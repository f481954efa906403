/** Draws pictures for a wide and a narrow window, since text shrinks with its picture. The style shows the fitting one. */
import { markup, svgCoordinate, type MarkupChild, type Markup } from './markup.ts'

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

/** `id` is unique on the page. */
export const inTwoWidths = (id: string, draw: (layout: Layout) => PageDrawing): Markup =>
  markup`${(['wide', 'narrow'] as const).map(layout => svg(`${id}-${layout}`, layout, draw(layout)))}`

function svg(id: string, layout: Layout, { width, height, title, description, content }: PageDrawing): Markup {
  return markup`<svg class="${layout}" viewBox="0 0 ${svgCoordinate(width)} ${svgCoordinate(height)}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${content}
</svg>
`
}
