/**
 * Sends readings to a run over HTTP like a phone's cloud: as lines, each resent until it is acknowledged. A line that was accepted but not
 * acknowledged, because the run was killed, is a duplicate when resent and counts once.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const AGAIN_MS = 200
const AGAIN_MAX = 600
const LINES_MAX = 1000
/** Milliseconds between two posts: lines due by then are sent together. */
const SLICE_MS = 100
const ANSWER_MS = 60_000

export interface Posted {
  lines: number
  /** Counts of the run's answers; their sum is the number of lines. */
  accepted: number
  duplicates: number
  rejected: number
  /** Resent posts. */
  again: number
}

interface Receipt {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
}

export interface Posting {
  /** Current address of the run. */
  readonly address: () => string
  /** Running counts. */
  readonly posted: Posted
  /** Called once all lines that were due at the start are acknowledged. */
  readonly onCaughtUp: () => void
  readonly signal: AbortSignal
}

/** Sends each line when it is due. Throws for an answer that forbids a retry, and without any answer for minutes. */
export async function post(arrivals: Iterable<{ readonly due: number; readonly line: string }>, posting: Posting): Promise<void> {
  let lines: string[] = []
  let isCaughtUp = false
  const send = async (): Promise<void> => {
    if (lines.length > 0) await postLines(lines, posting)
    lines = []
  }
  for (const { due, line } of arrivals) {
    if (due > Date.now()) {
      await send()
      if (!isCaughtUp) posting.onCaughtUp()
      isCaughtUp = true
      while (due > Date.now()) await sleep(SLICE_MS, undefined, { signal: posting.signal })
    }
    lines.push(line)
    if (lines.length === LINES_MAX) await send()
  }
  await send()
}

async function postLines(lines: readonly string[], { address, posted, signal }: Posting): Promise<void> {
  const body = lines.map(line => `${line}\n`).join('')
  posted.lines += lines.length
  for (let tries = 0; tries < AGAIN_MAX; tries++) {
    const receipt = await once(`${address()}/sources/readings/events`, body, signal)
    if (receipt) {
      posted.accepted += receipt.accepted
      posted.duplicates += receipt.duplicates
      posted.rejected += receipt.rejected
      return
    }
    posted.again++
    await sleep(AGAIN_MS, undefined, { signal })
  }
  throw new Error(`the run did not answer in ${AGAIN_MAX} tries`)
}

/** Undefined if the post is to be retried: the run is gone, or overloaded. */
async function once(url: string, body: string, signal: AbortSignal): Promise<Receipt | undefined> {
  let status: number
  let text: string
  try {
    const headers = { 'content-type': 'application/x-ndjson' }
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) })
    status = response.status
    text = await response.text()
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
  if (status === 429 || status === 503) return undefined
  if (status !== 200) throw new Error(`the run answered ${status}: ${text}`)
  return JSON.parse(text) as Receipt
}
