/**
 * HTML and SVG that are safe by construction: templates escape every text and accept raw content only from other templates. They accept no
 * numbers, so every number is formatted before.
 */
import { assert } from '../../../base/index.ts'
import { graphemesOf } from '../graphemes.ts'

/** Escaped HTML or SVG. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Content of a template. */
export type MarkupChild = Markup | string | undefined | readonly MarkupChild[]

/** Template tag: escapes its children. */
export function markup(parts: TemplateStringsArray, ...children: readonly MarkupChild[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : textOf(children[i - 1]) + part)).join(''))
}

/** Children with a separator between them. */
export const joinMarkup = (children: readonly MarkupChild[], between: string): Markup =>
  new Markup(children.map(child => textOf(child)).join(escapeHtml(between)))

function textOf(child: MarkupChild): string {
  if (child === undefined) return ''
  if (child instanceof Markup) return child.text
  if (typeof child === 'string') return escapeHtml(child)
  return child.map(textOf).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escapes a text for HTML. */
export const escapeHtml = (text: string): string => withoutBreaks(text).replaceAll(/[&<>"']/g, character => entities[character])

/** Prevents line breaks between a minus and a dollar sign, by a word joiner, and between a number and its unit, by a no-break space. */
const withoutBreaks = (text: string): string =>
  text.replaceAll('−$', '−\u2060$').replaceAll(/(?<=\d) (?=(?:µs|ms|s|min|h|days?|weeks?|[kMG]B)\b|%)/g, '\u00a0')

const WORD_MAX = 24

/** A text whose longest words may break, so that they do not widen a table. */
export const breakable = (text: string): Markup =>
  joinMarkup(
    withoutBreaks(text)
      .split(' ')
      .map(word => {
        const graphemes = graphemesOf(word)
        const pieces = Array.from({ length: Math.ceil(graphemes.length / WORD_MAX) }, (_, i) =>
          graphemes.slice(i * WORD_MAX, (i + 1) * WORD_MAX).join(''),
        )
        return pieces.flatMap((piece, i) => (i === 0 ? [piece] : [new Markup('<wbr>'), piece]))
      }),
    ' ',
  )

/** An SVG coordinate, rounded to a tenth. */
export function svgCoordinate(value: number): string {
  assert(Number.isFinite(value), `a coordinate of the audit's page is ${value}`)
  return String(Math.round(value * 10) / 10 + 0)
}

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
