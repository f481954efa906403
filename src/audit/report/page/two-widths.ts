/** Pictures are drawn twice, for a wide and for a narrow window, since text in a picture shrinks with it; the style shows the one that fits. */
import { markup, px, type Child, type Markup } from './markup.ts'

export interface Drawing {
  readonly width: number
  readonly height: number
  /** What it is, in a few words. */
  readonly title: string
  /** What it shows, for those who do not see it. */
  readonly description: string
  readonly content: Child
}

export type Layout = 'wide' | 'narrow'

/** `id` is the picture's own on the page. */
export const inTwoWidths = (id: string, draw: (layout: Layout) => Drawing): Markup =>
  markup`${(['wide', 'narrow'] as const).map(layout => svg(`${id}-${layout}`, layout, draw(layout)))}`

function svg(id: string, layout: Layout, { width, height, title, description, content }: Drawing): Markup {
  return markup`<svg class="${layout}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${content}
</svg>
`
}
