/** `dlq list` and `dlq show`: print dead letters. */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import { rejectionReasons } from '../../intake/index.ts'
import { deadLetterJson, type AnyDeadLetter } from '../../log/index.ts'
import type { FolderView } from '../../operate/index.ts'
import { printDeadLetter, rawBeginning, timesText } from './dead-letter-text.ts'
import { printEach, printLines } from '../command/print.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** Most dead letters that the text output lists. */
const SHOWN = 20

/** The parsed options of `dlq list`. */
export interface DeadLetterListRequest {
  readonly source: string | undefined
  readonly reason: string | undefined
  readonly settled: boolean
  readonly json: boolean
}

/** Throws `SPILL_NOT_FOUND` for an unknown reason. */
export function listDeadLetters({ deadLetters }: FolderView, { settled, json, ...filter }: DeadLetterListRequest): void {
  const { reason } = filter
  if (reason !== undefined && !(rejectionReasons as readonly string[]).includes(reason))
    throw new SpillwayError('SPILL_NOT_FOUND', `there is no reason '${reason}'${didYouMean(reason, rejectionReasons)}`)
  const matches = deadLetters.list({ settled, ...filter })
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
  const resent = attempts > 0 ? `  (sent again ${timesText(attempts)})` : ''
  return `${id}  ${source ?? '(unknown)'}  ${place}  ${timeText(at)}${end}${resent}\n  ${reason}: ${detail}\n  ${rawBeginning(raw)}`
}

/** Throws `SPILL_NOT_FOUND` for an unknown dead letter. */
export function showDeadLetter({ deadLetters }: FolderView, id: number, json: boolean): void {
  const letter = deadLetters.byId(id)
  if (!letter) throw new SpillwayError('SPILL_NOT_FOUND', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
  printDeadLetter(letter, json)
}
