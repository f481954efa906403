/** A sender over HTTP: posts the records of a feed in order, one, several or as lines, and resends unacknowledged ones. */
import { pause } from '../../src/base/clock.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { Feed } from './case.ts'
import { drawLines, type Line } from './growing-file.ts'

const RECORDS_MAX = 4
const PAUSE_MS = 40
const TRIES_MAX = 20
const TRIED_AGAIN_MS = 250

export class Poster {
  readonly feed: Feed
  /** Position of the log after the last acknowledged record. */
  sequence = 0
  /** Unexpected answers. */
  readonly broken: string[] = []
  /** Error or answer of the last request whose records were not accepted. */
  rejection: string | undefined
  readonly #draw: Draw
  readonly #lines: readonly Line[]
  #acknowledged = 0

  constructor(draw: Draw, source: SourceIR) {
    this.#draw = draw
    this.#lines = drawLines(draw, source)
    this.feed = { source: source.name, resend: 'acknowledged', records: this.#lines.map(({ record }) => record) }
  }

  get isDone(): boolean {
    return this.#acknowledged === this.#lines.length
  }

  /**
   * Posts until everything is acknowledged, or nobody answers any more. `isHurried`: without pauses, and with retries if a running server
   * is overloaded.
   */
  async post(url: string, isHurried: boolean): Promise<void> {
    for (let tries = 1; !this.isDone;) {
      const next = this.#lines.slice(this.#acknowledged, this.#acknowledged + this.#draw.between(1, RECORDS_MAX))
      if (await this.#isTaken(url, next)) {
        this.#acknowledged += next.length
        tries = 1
        if (!isHurried) await pause(this.#draw.between(0, PAUSE_MS))
      } else if (!isHurried || tries++ === TRIES_MAX) return
      else await pause(TRIED_AGAIN_MS)
    }
  }

  async #isTaken(url: string, lines: readonly Line[]): Promise<boolean> {
    try {
      const { status, text } = await postBody(`${url}/sources/${this.feed.source}/events`, this.#bodyOf(lines))
      // All of it is accepted, duplicate or dead letter; or this one record is a dead letter; or the server is about to stop.
      if (status !== 200 && status !== 422) {
        this.rejection = `${status}: ${text}`
        if (status !== 503) this.broken.push(`records of '${this.feed.source}' were answered with ${status}: ${text}`)
        return false
      }
      this.sequence = Math.max(this.sequence, (JSON.parse(text) as { sequence: number }).sequence)
      return true
    } catch (error) {
      this.rejection = String(error)
      return false
    }
  }

  #bodyOf(lines: readonly Line[]): { type: string; body: string } {
    const texts = lines.map(({ text }) => text)
    const asLines = { type: 'application/x-ndjson', body: texts.map(text => `${text}\n`).join('') }
    if (!texts.every(isRecord) || this.#draw.chance(0.3)) return asLines
    return { type: 'application/json', body: texts.length === 1 ? texts[0] : `[${texts.join(',')}]` }
  }
}

async function postBody(url: string, { type, body }: { type: string; body: string }): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
  return { status: response.status, text: await response.text() }
}

/** An invalid record may be among lines, but not in a body of JSON. */
function isRecord(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
