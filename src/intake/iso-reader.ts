/**
 * Parses ISO 8601 times in bytes: `parseInstant` with a fast path for the common form `2024-05-01T12:30:00.000Z`, with or without
 * milliseconds.
 *
 * Consecutive times mostly share a date, so the midnight of the last date is cached.
 */
import { parseInstant } from './instant.ts'

const DATE_LENGTH = 10
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Longest text that can be a time, in bytes. */
const LENGTH_MAX = 64

const ZERO = 0x30
const POINT = 0x2e
const COLON = 0x3a
const T = 0x54
const Z = 0x5a

export class IsoReader {
  readonly #zone: string | undefined
  /** Bytes of the last date, and its midnight, UTC ms. */
  readonly #date = new Uint8Array(DATE_LENGTH)
  #midnight = NaN

  /** `zone` applies to times without an offset. */
  constructor(zone: string | undefined) {
    this.#zone = zone
  }

  /** UTC ms of the text in `bytes[from, to)`; NaN if it is not an instant. */
  read(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    const hasFraction = length === 24 && bytes[from + 19] === POINT
    if (!hasFraction && length !== 20) return this.#readAny(bytes, from, to)
    const hasSeparators = bytes[from + 10] === T && bytes[from + 13] === COLON && bytes[from + 16] === COLON && bytes[to - 1] === Z
    if (!hasSeparators) return this.#readAny(bytes, from, to)
    const hour = twoDigits(bytes, from + 11)
    const minute = twoDigits(bytes, from + 14)
    const second = twoDigits(bytes, from + 17)
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN
    const milliseconds = hasFraction ? digitOf(bytes[from + 20]) * 100 + twoDigits(bytes, from + 21) : 0
    return this.#midnightOf(bytes, from) + hour * HOUR + minute * MINUTE + second * SECOND + milliseconds
  }

  #midnightOf(bytes: Uint8Array, from: number): number {
    const date = this.#date
    for (let i = DATE_LENGTH - 1; i >= 0; i--)
      if (bytes[from + i] !== date[i]) {
        date.set(bytes.subarray(from, from + DATE_LENGTH))
        return (this.#midnight = parseInstant(asciiOf(bytes, from, from + DATE_LENGTH), 'UTC') ?? NaN)
      }
    return this.#midnight
  }

  #readAny(bytes: Uint8Array, from: number, to: number): number {
    return to - from > LENGTH_MAX ? NaN : (parseInstant(asciiOf(bytes, from, to), this.#zone) ?? NaN)
  }
}

/** NaN if the byte is not a digit. */
const digitOf = (byte: number): number => (byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : NaN)

const twoDigits = (bytes: Uint8Array, at: number): number => digitOf(bytes[at]) * 10 + digitOf(bytes[at + 1])

/** Bytes as characters: bytes beyond ASCII become characters that no time contains. */
const asciiOf = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
