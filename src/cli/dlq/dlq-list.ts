/** `dlq list` and `dlq show`: print dead letters. */
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { refusalReasons } from '../../intake/refusal.ts'
import { letterJson, type AnyLetter } from '../../log/letter-json.ts'
import type { LetterFilter } from '../../log/sqlite/letter-reader.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { letterText, shortRaw, timesText } from './dead-letter-text.ts'
import { printEach, printLines } from '../command/print.ts'
import { counted, number } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** Most dead letters that the text output lists. */
const SHOWN = 20

/** The parsed options of `dlq list`. */
export interface ListRequest extends LetterFilter {
  readonly settled: boolean
  readonly json: boolean
}

/** Throws `SPILL_INPUT` for an unknown reason. */
export function listLetters({ letters }: SqliteReader, { settled, json, ...filter }: ListRequest): void {
  const { reason } = filter
  if (reason !== undefined && !(refusalReasons as readonly string[]).includes(reason))
    throw new SpillwayError('SPILL_INPUT', `there is no reason '${reason}'${didYouMean(reason, refusalReasons)}`)
  const matches: Iterable<AnyLetter> = settled ? letters.settled(filter) : letters.dead(filter)
  if (json) return void printEach(matches, { json, textOf: lineOf, jsonOf: letterJson })
  const firstLetters: AnyLetter[] = []
  let count = 0
  for (const letter of matches) if (count++ < SHOWN) firstLetters.push(letter)
  const kind = settled ? 'settled dead letter' : 'dead letter'
  const more = count > firstLetters.length ? `; the first ${number(firstLetters.length)} are shown, --json gives all` : ''
  printEach(firstLetters, { json, textOf: lineOf })
  printLines(count === 0 ? `No ${kind}.` : `${counted(count, kind)}${more}.`)
}

function lineOf(letter: AnyLetter): string {
  const { id, source, reason, place, detail, at, raw, attempts } = letter
  const end = 'outcome' in letter ? `  [${letter.outcome}${letter.why === undefined ? '' : `: ${letter.why}`}]` : ''
  const resent = attempts > 0 ? `  (sent again ${timesText(attempts)})` : ''
  return `${id}  ${source ?? '(unknown)'}  ${place}  ${timeText(at)}${end}${resent}\n  ${reason}: ${detail}\n  ${shortRaw(raw)}`
}

/** Throws `SPILL_INPUT` for an unknown dead letter. */
export function showLetter({ letters }: SqliteReader, id: number, json: boolean): void {
  const letter = letters.at(id)
  if (!letter) throw new SpillwayError('SPILL_INPUT', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
  printEach([letter], { json, textOf: letterText, jsonOf: letterJson })
}
