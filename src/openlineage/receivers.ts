/** Where events go: an HTTP receiver such as Marquez, or a file of NDJSON. */
import { appendFile, open } from 'node:fs/promises'
import { limits, SpillwayError } from '../base/index.ts'
import { PRIVATE_FILE } from '../log/index.ts'
import type { OpenLineageSettings } from '../define/config/index.ts'

/** Takes one event at a time. */
export interface LineageReceiver {
  /** The receiver in messages. */
  readonly name: string
  /** Resolves with the reason if the receiver never takes this event. Rejects if it may take it later. */
  send(event: string, signal: AbortSignal): Promise<string | undefined>
}

/** Environment variables, which are those of OpenLineage's clients. */
export type LineageEnvironment = Readonly<Record<string, string | undefined>>

/** Where events go, and under which namespace. */
export interface LineageTarget {
  readonly namespace: string
  readonly receiver: LineageReceiver
}

const DEFAULT_NAMESPACE = 'spillway'
const DEFAULT_ENDPOINT = 'api/v1/lineage'

/**
 * The receiver of settings and environment; `undefined` without one. `OPENLINEAGE_URL`, `OPENLINEAGE_ENDPOINT` and `OPENLINEAGE_NAMESPACE`
 * replace settings; `OPENLINEAGE_API_KEY` is the bearer token; `OPENLINEAGE_DISABLED=true` turns everything off.
 *
 * @throws `SPILL_INPUT` for an address that is no `http:` or `https:` URL.
 */
export function lineageTarget(settings: OpenLineageSettings = {}, env: LineageEnvironment = process.env): LineageTarget | undefined {
  if (env.OPENLINEAGE_DISABLED?.toLowerCase() === 'true') return undefined
  const url = textOf(env.OPENLINEAGE_URL) ?? settings.url
  const namespace = textOf(env.OPENLINEAGE_NAMESPACE) ?? settings.namespace ?? DEFAULT_NAMESPACE
  if (url !== undefined) {
    const endpoint = textOf(env.OPENLINEAGE_ENDPOINT) ?? settings.endpoint ?? DEFAULT_ENDPOINT
    return { namespace, receiver: httpReceiver(addressOf(url, endpoint), textOf(env.OPENLINEAGE_API_KEY)) }
  }
  return settings.file === undefined ? undefined : { namespace, receiver: fileReceiver(settings.file) }
}

const textOf = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

function addressOf(text: string, endpoint: string): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new SpillwayError(
      'SPILL_INPUT',
      'the receiver of OpenLineage events is an http: or https: URL without a password, such as http://127.0.0.1:5000; ' +
        'a token is in OPENLINEAGE_API_KEY',
      { place: 'openlineage.url' },
    )
  const base = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  url.pathname = `${base}${endpoint.replace(/^\/+/, '')}`
  return url
}

/** An event of these answers is wrong, and stays wrong. Others may be of the receiver's state or of its settings. */
const REJECTING = new Set([400, 413, 415, 422])
const ANSWER_CHARS = 200
/** Bytes of an error's answer that are read: an answer may be endless. */
const ANSWER_BYTES = 1024

/** Posts each event as JSON. A redirect is an error, since it could lead anywhere. */
export function httpReceiver(url: URL, apiKey: string | undefined): LineageReceiver {
  const headers = { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) }
  return {
    name: `${url.protocol}//${url.host}${url.pathname}`,
    async send(body, signal) {
      const ending = AbortSignal.any([signal, AbortSignal.timeout(limits.OPENLINEAGE_TIMEOUT_MS)])
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: ending })
      if (response.ok) {
        await response.body?.cancel()
        return undefined
      }
      const problem = `status ${response.status}: ${(await beginOf(response)).slice(0, ANSWER_CHARS)}`
      if (REJECTING.has(response.status)) return problem
      throw new Error(problem)
    },
  }
}

/** The first bytes of an answer, as text. The rest is not read. */
async function beginOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the body.
  for await (const part of body ?? []) {
    parts.push(part)
    bytes += part.length
    if (bytes >= ANSWER_BYTES) break
  }
  return Buffer.concat(parts).toString('utf8', 0, ANSWER_BYTES)
}

/** Appends each event as a line. A line that a crash cut off stays a line of its own. */
export function fileReceiver(path: string): LineageReceiver {
  let isChecked = false
  return {
    name: path,
    async send(event) {
      if (!isChecked && (await endsInLine(path))) await appendFile(path, '\n')
      isChecked = true
      await appendFile(path, `${event}\n`, { mode: PRIVATE_FILE })
      return undefined
    },
  }
}

/** Does a file end in the middle of a line? */
async function endsInLine(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return false
  try {
    const { size } = await file.stat()
    if (size === 0) return false
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] !== 10
  } finally {
    await file.close()
  }
}
