/**
 * HTML and SVG that are safe by construction: templates escape every text and accept raw content only from other templates. They accept no
 * numbers, so every number is formatted before.
 */
import { graphemesOf, piecesOf } from '../printable-text.ts'

/** Escaped HTML or SVG. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Content of a template; nothing for a missing value, so that `condition && content` is optional content. */
export type MarkupChild = Markup | string | false | null | undefined | readonly MarkupChild[]

/** Template tag: escapes its children. */
export function markup(parts: TemplateStringsArray, ...children: readonly MarkupChild[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : textOf(children[i - 1]) + part)).join(''))
}

function textOf(child: MarkupChild): string {
  if (!child) return ''
  if (child instanceof Markup) return child.text
  if (typeof child === 'string') return escapeHtml(child)
  return child.map(textOf).join('')
}

/** Content that is folded until the reader opens it. */
export const folded = (summary: string, content: MarkupChild): Markup => markup`<details><summary>${summary}</summary>
${content}
</details>
`

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escapes a text for HTML. */
export const escapeHtml = (text: string): string => withoutBreaks(text).replaceAll(/[&<>"']/g, character => entities[character])

/** Prevents line breaks between a minus and a dollar sign, by a word joiner, and between a number and its unit, by a no-break space. */
const withoutBreaks = (text: string): string =>
  text.replaceAll('−$', '−\u2060$').replaceAll(/(?<=\d) (?=(?:µs|ms|s|min|h|days?|weeks?|[kMG]B)\b|%)/g, '\u00a0')

const WORD_MAX = 24

/** A text whose longest words may break, so that they do not widen a table. */
export const breakable = (text: string): Markup =>
  new Markup(
    withoutBreaks(text)
      .split(' ')
      .map(word => piecesOf(word, WORD_MAX).map(escapeHtml).join('<wbr>'))
      .join(' '),
  )

/** The text, or its beginning if it exceeds `characters`. */
export const shortenText = (text: string, characters: number): string => {
  const graphemes = graphemesOf(text)
  return graphemes.length <= characters
    ? text
    : `${graphemes
        .slice(0, characters - 1)
        .join('')
        .trimEnd()}…`
}
