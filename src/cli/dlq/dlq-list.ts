/** `dlq list`, `dlq causes` and `dlq show`: print dead letters. */
import { SpillwayError, didYouMean, inOneLine } from '../../base/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { deadLetterJson, type AnyDeadLetter, base64Of, deadLetterVersion, utf8TextOf, type SettledDeadLetter } from '../../log/index.ts'
import type { DeadLetterCauses, FolderView } from '../../operate/index.ts'
import { printEach, printLines } from '../command/print.ts'
import { pluralize, formatNumber, timeText, joinLines } from '../command/text-format.ts'

/** Most dead letters that the text output lists. */
const SHOWN = 20

type DeadLetterFilter = Parameters<FolderView['deadLetters']['list']>[0]

/** Throws `SPILL_NOT_FOUND` for an unknown reason. */
export function listDeadLetters({ deadLetters }: FolderView, filter: DeadLetterFilter, json: boolean): void {
  checkReason(filter.reason)
  printList(deadLetters.list(filter), filter.settled, json)
}

/** Lists the dead letters of a cause. Throws `SPILL_NOT_FOUND` for an unknown cause. */
export async function listDeadLettersOfCause({ deadLetters }: FolderView, cause: string, json: boolean): Promise<void> {
  const ids = await idsOfCause(deadLetters, cause)
  const letters = (function* () {
    for (const id of ids) yield deadLetters.byId(id)!
  })()
  printList(letters, false, json)
}

/** Numbers of the dead letters of a cause. Throws `SPILL_NOT_FOUND` for an unknown cause. */
export async function idsOfCause(deadLetters: FolderView['deadLetters'], cause: string): Promise<readonly number[]> {
  const ids = await deadLetters.idsOfCause(cause)
  if (ids.length > 0) return ids
  throw new SpillwayError('SPILL_NOT_FOUND', `no dead letter has the cause '${cause}'; \`spillway dlq causes\` lists the causes`)
}

/** Prints the causes of dead letters. Throws `SPILL_NOT_FOUND` for an unknown reason. */
export async function listCauses(
  { deadLetters }: FolderView,
  filter: Pick<DeadLetterFilter, 'source' | 'reason'>,
  json: boolean,
): Promise<void> {
  checkReason(filter.reason)
  const { causes, unlisted, unread } = await deadLetters.causes(filter)
  printEach(causes, { json, textOf: causeLines })
  if (json) return
  const more = [
    unlisted > 0 && `${pluralize(unlisted, 'more cause')}.`,
    unread > 0 && `${pluralize(unread, 'older dead letter')} not read.`,
  ].filter(text => text !== false)
  printLines([causes.length === 0 ? 'No dead letter.' : `${pluralize(causes.length, 'cause')}.`, ...more].join(' '))
}

function causeLines({ cause, source, reason, detail, letters, first, last }: DeadLetterCauses['causes'][number]): string {
  const times = first === last ? timeText(first) : `${timeText(first)} to ${timeText(last)}`
  return `${cause}  ${source ?? '(unknown)'}  ${pluralize(letters, 'dead letter')}  ${times}\n  ${reason}: ${detail}`
}

function checkReason(reason: string | undefined): void {
  if (reason !== undefined && !(rejectionReasons as readonly string[]).includes(reason))
    throw new SpillwayError('SPILL_NOT_FOUND', `there is no reason '${reason}'${didYouMean(reason, rejectionReasons)}`)
}

function printList(matches: Iterable<AnyDeadLetter>, settled: boolean, json: boolean): void {
  if (json) return void printEach(matches, { json, textOf: lineOf, jsonOf: deadLetterJson })
  const firstLetters: AnyDeadLetter[] = []
  let count = 0
  for (const letter of matches) if (count++ < SHOWN) firstLetters.push(letter)
  const kind = settled ? 'settled dead letter' : 'dead letter'
  const more = count > firstLetters.length ? `; the first ${formatNumber(firstLetters.length)} are shown, --json gives all` : ''
  printEach(firstLetters, { json, textOf: lineOf })
  printLines(count === 0 ? `No ${kind}.` : `${pluralize(count, kind)}${more}.`)
}

function lineOf(letter: AnyDeadLetter): string {
  const { id, source, reason, place, detail, at, raw, attempts } = letter
  const end = 'outcome' in letter ? `  [${letter.outcome}${letter.why === undefined ? '' : `: ${letter.why}`}]` : ''
  const replays = attempts > 0 ? `  (replayed ${timesText(attempts)})` : ''
  return `${id}  ${source ?? '(unknown)'}  ${place}  ${timeText(at)}${end}${replays}\n  ${reason}: ${detail}\n  ${rawBeginning(raw)}`
}

/** Throws `SPILL_NOT_FOUND` for an unknown dead letter. */
export function showDeadLetter({ deadLetters }: FolderView, id: number, json: boolean): void {
  const letter = deadLetters.byId(id)
  if (!letter) throw new SpillwayError('SPILL_NOT_FOUND', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
  printDeadLetter(letter, json)
}

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
  return joinLines(
    `dead letter ${id}  ${reason}: ${detail}`,
    `  source ${source ?? '(unknown)'}, from ${place}, rejected ${timeText(at)} at entry ${sequence}`,
    'outcome' in letter ? `  ${outcomeText(letter)}` : attempts > 0 && `  replayed ${timesText(attempts)} and rejected`,
    `  version ${version}`,
    form?.row !== undefined && `  row ${form.row} of the rows that the source's map returned; the other rows were processed separately`,
    form?.mapped && "  a row with the source's columns, after its map",
    form?.csv && '  a row of a CSV file; edit it into JSON to replay it',
    '',
    rawText(raw),
    original !== undefined && ['', 'the original record:', rawText(original)],
  )
}

function outcomeText({ outcome, why, settled }: SettledDeadLetter): string {
  const outcomes = {
    accepted: 'replayed, and accepted',
    duplicate: 'replayed, and its event was there already',
    skipped: "replayed, and the source's map gave no row",
    dropped: `dropped: ${why}`,
  }
  return `${outcomes[outcome]} (${timeText(settled)})`
}

/** `once`, `3 times`. */
const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** The beginning of the record, on one line. */
function rawBeginning(raw: string | Uint8Array): string {
  const text = (utf8TextOf(raw) ?? `base64 ${base64Of(raw)}`).replaceAll(/[\p{Cc}\s]+/gu, ' ')
  return text.length > RAW_SHOWN ? `${text.slice(0, RAW_SHOWN)}…` : text
}

/** The record on one line, so that no line of a record looks like a line of this text. */
const rawText = (raw: string | Uint8Array): string => inOneLine(utf8TextOf(raw) ?? '') || `base64 ${base64Of(raw)}`
