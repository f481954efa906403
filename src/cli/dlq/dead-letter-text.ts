/** Dead letters for people, and as JSON. */
import { inOneLine } from '../../base/show.ts'
import { base64Of, textOf, type AnyLetter } from '../../log/letter-json.ts'
import type { SettledLetter } from '../../log/letters.ts'
import { timeText } from '../command/time-text.ts'

const RAW_SHOWN = 80

export function letterText(letter: AnyLetter): string {
  const { id, source, reason, detail, place, at, sequence, attempts, raw, original, form } = letter
  return [
    `letter ${id}  ${reason}: ${detail}`,
    `  of source ${source ?? '(unknown)'}, from ${place}, refused ${timeText(at)} at entry ${sequence}`,
    ...('outcome' in letter ? [`  ${outcomeText(letter)}`] : attempts > 0 ? [`  sent again ${timesText(attempts)} and refused`] : []),
    ...(form?.row === undefined
      ? []
      : [`  row ${form.row} of those that the source's map made of it; the others were taken by themselves`]),
    ...(form?.mapped ? ["  a row of the source's columns, behind its map"] : []),
    ...(form?.csv ? ['  a row of a CSV file; to be sent again it is edited into JSON'] : []),
    '',
    shown(raw),
    ...(original === undefined ? [] : ['', 'and as it was refused at first:', shown(original)]),
  ].join('\n')
}

function outcomeText({ outcome, why, settled }: SettledLetter): string {
  const what = {
    accepted: 'sent again, and accepted',
    duplicate: 'sent again, and its event was there already',
    skipped: "sent again, and the source's map gave no row",
    dropped: `dropped: ${why}`,
  }
  return `${what[outcome]} (${timeText(settled)})`
}

export const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** The beginning of the bytes, in a line. */
export function shortRaw(raw: string | Uint8Array): string {
  const text = (textOf(raw) ?? `base64 ${base64Of(raw)}`).replaceAll(/[\p{Cc}\s]+/gu, ' ')
  return text.length > RAW_SHOWN ? `${text.slice(0, RAW_SHOWN)}…` : text
}

/** In one line: a line of the record could look like one of the letter. */
const shown = (raw: string | Uint8Array): string => inOneLine(textOf(raw) ?? '') || `base64 ${base64Of(raw)}`
