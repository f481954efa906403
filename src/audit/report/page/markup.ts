/**
 * HTML and SVG that are safe by construction: a text put into a template is escaped, and only what a template made goes in as it is. Numbers do not go in: they are
 * texts first, made where it is known how many digits they bear.
 */
import { assert } from '../../../base/assert.ts'
import { charactersOf } from '../characters.ts'

export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Child = Markup | string | undefined | readonly Child[]

export function markup(parts: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : textOf(children[i - 1]) + part)).join(''))
}

/** Of children between which `between` stands. */
export const joined = (children: readonly Child[], between: string): Markup =>
  new Markup(children.map(child => textOf(child)).join(escaped(between)))

function textOf(child: Child): string {
  if (child === undefined) return ''
  if (child instanceof Markup) return child.text
  if (typeof child === 'string') return escaped(child)
  return child.map(textOf).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escaped = (text: string): string => unparted(text).replaceAll(/[&<>"']/g, character => entities[character])

/** A line may not end between a minus and the sign of dollars, nor between a number and its unit: a word joiner stands there, or a space that does not break. */
const unparted = (text: string): string =>
  text.replaceAll('−$', '−\u2060$').replaceAll(/(?<=\d) (?=(?:µs|ms|s|min|h|days?|weeks?|[kMG]B)\b|%)/g, '\u00a0')

const WORD_MAX = 24

/** A text whose longest words may be broken, so that they widen no table. */
export const breakable = (text: string): Markup =>
  joined(
    unparted(text)
      .split(' ')
      .map(word => {
        const all = charactersOf(word)
        const pieces = Array.from({ length: Math.ceil(all.length / WORD_MAX) }, (_, i) =>
          all.slice(i * WORD_MAX, (i + 1) * WORD_MAX).join(''),
        )
        return pieces.flatMap((piece, i) => (i === 0 ? [piece] : [new Markup('<wbr>'), piece]))
      }),
    ' ',
  )

/** A coordinate of an SVG, to a tenth. */
export function px(value: number): string {
  assert(Number.isFinite(value), `a coordinate of the audit's page is ${value}`)
  return String(Math.round(value * 10) / 10 + 0)
}

/** The text, or its beginning where it is longer than there is room for. */
export const shortened = (text: string, characters: number): string => {
  const all = charactersOf(text)
  return all.length <= characters
    ? text
    : `${all
        .slice(0, characters - 1)
        .join('')
        .trimEnd()}…`
}
