/**
 * Expected result of one request: every record is accepted, a duplicate, skipped by the map or a dead letter with its bytes, or the whole
 * request is rejected and nothing accepted.
 */
import { isDeepStrictEqual } from 'node:util'
import type { DeadLetter } from '../../src/log/dead-letters.ts'
import type { Account } from './account.ts'
import type { Drawn } from './random-request.ts'
import type { MapCounts } from './spy-map.ts'

export interface Answer {
  /** 0: no answer. */
  readonly status: number
  readonly text: string
}

/** Changes since before the request. */
export interface Change {
  /** Entries of the log. */
  readonly entries: number
  readonly letters: readonly DeadLetter[]
  /** Of the source's map, if it has one. */
  readonly map: MapCounts | undefined
}

export const nothing: Account = { accepted: 0, dead: 0, duplicate: 0, skipped: 0, rejected: 0, unaccounted: 0, crashed: 0, faults: [] }

export function accountAnswer(drawn: Drawn, { status, text }: Answer, change: Change): Account {
  const { door } = drawn
  if (status === 0 || status >= 500) return { ...nothing, crashed: 1, faults: [`${door}: answered with ${status}: ${text}`] }
  const records = recordsOf(drawn)
  const body = parseJson(Buffer.from(text)) as Counts
  const counts = { accepted: body.accepted ?? 0, duplicate: body.duplicates ?? 0, dead: body.rejected ?? 0 }
  const isTaken = status === 200 || status === 422
  const faults: string[] = []
  if (records === undefined ? isTaken : isTaken === drawn.isForged)
    faults.push(`${status} for ${records === undefined ? 'what is none' : drawn.isForged ? 'what is forged' : 'what is sound'}: ${text}`)
  if (!isTaken && door !== 'lines' && body.accepted !== undefined) faults.push(`${status}, and counts what was taken: ${text}`)
  if (change.entries !== counts.accepted) faults.push(`${counts.accepted} were accepted, and the log has ${change.entries} more`)
  if (change.letters.length !== counts.dead) faults.push(`${counts.dead} were rejected, and ${change.letters.length} letters are new`)
  const sum = counts.accepted + counts.duplicate + counts.dead
  const { calls, outcomes, skips } = change.map ?? { calls: 0, outcomes: 0, skips: 0 }
  // The records of the map have the outcomes of its rows; undecodable records have one.
  const due = (records?.length ?? 0) - calls + outcomes
  if (isTaken && records && sum + skips !== due) faults.push(`${due} outcomes were due, and ${sum} came, ${skips} skipped: ${text}`)
  if (status === 422 && (counts.dead === 0 || sum > counts.dead)) faults.push(`422, and not all was rejected: ${text}`)
  const stood = records ?? (door === 'lines' && drawn.text === undefined ? undefined : [])
  if (stood)
    for (const letter of change.letters)
      if (!isAsItStood(drawn, stood, letter)) faults.push(`the letter ${letter.place} is not what stood there: ${rawText(letter)}`)
  return {
    ...nothing,
    ...counts,
    skipped: skips,
    rejected: isTaken ? 0 : Math.max(1, drawn.records - sum),
    unaccounted: faults.length,
    faults: faults.map(fault => `${door}: ${fault}`),
  }
}

interface Counts {
  readonly accepted?: number
  readonly duplicates?: number
  readonly rejected?: number
}

/** The records of a body by an independent reader: bytes of lines, values of JSON; undefined if the body is invalid for its route. */
function recordsOf({ door, text }: Drawn): readonly unknown[] | undefined {
  if (text === undefined) return undefined
  if (door === 'lines') return linesOf(text).filter(line => !/^[ \t\r]*$/.test(line.toString('latin1')))
  const value = parseJson(text)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return [value]
  return door === 'webhook' || door === 'decide' ? undefined : value
}

function linesOf(text: Buffer): Buffer[] {
  const lines = text.toString('latin1').split('\n')
  return lines.map(line => Buffer.from(line, 'latin1'))
}

/** Undefined if it is not JSON in UTF-8. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function isAsItStood({ door, text, id }: Drawn, records: readonly unknown[], { place, raw, reason }: DeadLetter): boolean {
  const number = Number(/\d+$/.exec(place))
  const bytes = Buffer.from(raw)
  if (isOfLog(reason)) return isRowOf(parseJson(bytes), door === 'lines' ? parseJson(linesOf(text!)[number - 1]) : records[number - 1])
  if (door === 'lines') return withoutReturn(bytes).equals(withoutReturn(linesOf(text!)[number - 1] ?? Buffer.alloc(0)))
  const stood = records[number - 1]
  const isWithId = id !== undefined && typeof stood === 'object' && stood !== null && !Object.hasOwn(stood, 'id')
  return isDeepStrictEqual(parseJson(bytes), isWithId ? { id, ...stood } : stood)
}

/** A record rejected because of the log's contents was a row by then, and is kept as that. */
const isOfLog = (reason: DeadLetter['reason']): boolean => reason === 'conflict' || reason === 'stale-revision'

const isRowOf = (row: unknown, record: unknown): boolean => {
  const [a, b] = [row, record] as readonly (Readonly<Record<string, unknown>> | undefined)[]
  return String(a?.['key']) === String(b?.['key']) && (b?.['id'] === undefined || a?.['id'] === b['id'])
}

/** It may belong to the end of the line. */
const withoutReturn = (bytes: Buffer): Buffer => (bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes)

const rawText = ({ raw }: DeadLetter): string => Buffer.from(raw).toString('utf8').slice(0, 200)
