/**
 * Times of ISO 8601 in bytes: `instantOf`, with a short way for the form that computers write, `2024-05-01T12:30:00.000Z`, milliseconds or none.
 *
 * Times that come one after the other mostly have one date, so that its midnight is found once.
 */
import { instantOf } from './instant.ts'

const DATE_LENGTH = 10
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Bytes of a text beyond which it is no time. */
const LENGTH_MAX = 64

const ZERO = 0x30
const POINT = 0x2e
const COLON = 0x3a
const T = 0x54
const Z = 0x5a

export class IsoReader {
  readonly #zone: string | undefined
  /** The date met last, as it was written, and its midnight, UTC ms. */
  readonly #date = new Uint8Array(DATE_LENGTH)
  #midnight = NaN

  /** `zone`: that of times that name no offset. */
  constructor(zone: string | undefined) {
    this.#zone = zone
  }

  /** UTC ms of the text in `bytes[from, to)`; NaN if it is no instant. */
  read(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    const hasFraction = length === 24 && bytes[from + 19] === POINT
    if (!hasFraction && length !== 20) return this.#readAny(bytes, from, to)
    const separated = bytes[from + 10] === T && bytes[from + 13] === COLON && bytes[from + 16] === COLON && bytes[to - 1] === Z
    if (!separated) return this.#readAny(bytes, from, to)
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
        return (this.#midnight = instantOf(asciiOf(bytes, from, from + DATE_LENGTH), 'UTC') ?? NaN)
      }
    return this.#midnight
  }

  #readAny(bytes: Uint8Array, from: number, to: number): number {
    return to - from > LENGTH_MAX ? NaN : (instantOf(asciiOf(bytes, from, to), this.#zone) ?? NaN)
  }
}

/** NaN for what is no digit. */
const digitOf = (byte: number): number => (byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : NaN)

const twoDigits = (bytes: Uint8Array, at: number): number => digitOf(bytes[at]) * 10 + digitOf(bytes[at + 1])

/** Bytes as characters: others than ASCII become characters that are in no time. */
const asciiOf = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
