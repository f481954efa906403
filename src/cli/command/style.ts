/**
 * Styles of text on a terminal. Node decides whether a stream has them: not without a terminal, nor with `NO_COLOR`; `FORCE_COLOR` forces
 * them. A style is added after a text was escaped and padded, and JSON has none.
 */
import { styleText } from 'node:util'

type Style = 'bold' | 'cyan' | 'red'

/** A text in a style, if the stream has styles. */
export const styled = (style: Style, text: string, stream: 'stdout' | 'stderr' = 'stdout'): string =>
  styleText(style, text, { stream: process[stream] })

/** The sequences of styles: they change how text looks, and move no cursor. */
export const STYLE_SEQUENCES = new RegExp(String.raw`(\u001b\[(?:1|22|31|36|39)m)`)

/** The columns of standard output, if it is a terminal. */
export const terminalColumns = (): number => (process.stdout.isTTY ? process.stdout.columns : Infinity)
