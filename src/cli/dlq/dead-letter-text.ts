/** Dead letters as text. */
import { inOneLine } from '../../base/index.ts'
import { base64Of, deadLetterJson, deadLetterVersion, utf8TextOf, type AnyDeadLetter, type SettledDeadLetter } from '../../log/index.ts'
import { printEach } from '../command/print.ts'
import { timeText } from '../command/time-text.ts'

const RAW_SHOWN = 80

/** Prints a dead letter whole, with its version. */
export function printDeadLetter(letter: AnyDeadLetter, json: boolean): void {
  // Of the record as it is: the text for people is escaped.
  const version = deadLetterVersion(letter)
  printEach([{ ...letter, version }], { json, textOf: deadLetterText, jsonOf: deadLetterJson })
}

/** A dead letter with its reason, place and history, then its bytes. Strings must be escaped to one line. */
function deadLetterText(letter: AnyDeadLetter & { readonly version: string }): string {
  const { id, source, reason, detail, place, at, sequence, attempts, version, raw, original, form } = letter
  return [
    `dead letter ${id}  ${reason}: ${detail}`,
    `  source ${source ?? '(unknown)'}, from ${place}, rejected ${timeText(at)} at entry ${sequence}`,
    ...('outcome' in letter ? [`  ${outcomeText(letter)}`] : attempts > 0 ? [`  sent again ${timesText(attempts)} and rejected`] : []),
    `  version ${version}`,
    ...(form?.row === undefined
      ? []
      : [`  row ${form.row} of the rows that the source's map returned; the other rows were processed separately`]),
    ...(form?.mapped ? ["  a row with the source's columns, after its map"] : []),
    ...(form?.csv ? ['  a row of a CSV file; edit it into JSON to send it again'] : []),
    '',
    rawText(raw),
    ...(original === undefined ? [] : ['', 'the original record:', rawText(original)]),
  ].join('\n')
}

function outcomeText({ outcome, why, settled }: SettledDeadLetter): string {
  const outcomes = {
    accepted: 'sent again, and accepted',
    duplicate: 'sent again, and its event was there already',
    skipped: "sent again, and the source's map gave no row",
    dropped: `dropped: ${why}`,
  }
  return `${outcomes[outcome]} (${timeText(settled)})`
}

/** `once`, `3 times`. */
export const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** The beginning of the record, on one line. */
export function rawBeginning(raw: string | Uint8Array): string {
  const text = (utf8TextOf(raw) ?? `base64 ${base64Of(raw)}`).replaceAll(/[\p{Cc}\s]+/gu, ' ')
  return text.length > RAW_SHOWN ? `${text.slice(0, RAW_SHOWN)}…` : text
}

/** The record on one line, so that no line of a record looks like a line of this text. */
const rawText = (raw: string | Uint8Array): string => inOneLine(utf8TextOf(raw) ?? '') || `base64 ${base64Of(raw)}`
