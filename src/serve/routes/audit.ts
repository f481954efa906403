/**
 * The report of the last `spillway audit`, from the folder that it writes. `GET /audit`: its summary, and is it of the pipeline that runs?
 * `GET /audit/page`: the page for people, under a policy that lets it run no script and load nothing.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { StrictOmit } from '../../base/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute } from './route.ts'

/** The page of a report has its styles inline. `frame-ancestors` lets the dashboard embed it. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

export function auditRoutes(app: FastifyInstance, { auditFolder, fingerprint }: ServerContext): void {
  const report = new CachedReport(join(auditFolder, 'audit.json'))
  addReadRoute(app, '/audit', [], async () => {
    const { fingerprint: audited, ...head } = await report.head()
    return { ...head, isCurrent: audited === fingerprint }
  })
  app.get('/audit/page', { config: { role: 'read' } }, async (_request, reply) => {
    const page = await readReport(join(auditFolder, 'audit.html'))
    return reply
      .headers({ 'content-security-policy': reportPolicy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(page)
  })
}

/** The head of a report, which is parsed again only if its file has changed: open pages ask for it every few seconds, and it may be large. */
class CachedReport {
  readonly #path: string
  #parsed: { readonly version: string; readonly head: ReportHead } | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Throws 404 without a file, and for a file that is no report. */
  async head(): Promise<ReportHead> {
    const { mtimeMs, size, ino } = await ofReport(stat(this.#path))
    const version = `${mtimeMs} ${size} ${ino}`
    if (this.#parsed?.version !== version)
      this.#parsed = { version, head: { ...parseReport(await readReport(this.#path)), writtenAt: Math.round(mtimeMs) } }
    return this.#parsed.head
  }
}

const readReport = (path: string): Promise<string> => ofReport(readFile(path, 'utf8'))

/** The result of reading a report. Throws 404 if there is none. */
async function ofReport<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new ServeError(
      'SPILL_NOT_FOUND',
      'there is no report of an audit; `spillway audit` writes one, and `spillway run --audit DIR` names its folder',
    )
  }
}

interface ReportHead {
  readonly pipeline: string
  readonly fingerprint: string
  readonly model: string
  readonly summary: object
  /** Time of the file, UTC ms. */
  readonly writtenAt: number
}

/** Throws 404 for a file that is no report. */
function parseReport(text: string): StrictOmit<ReportHead, 'writtenAt'> {
  try {
    const { pipeline, fingerprint, model, summary } = JSON.parse(text) as ReportHead
    if (typeof summary === 'object' && typeof fingerprint === 'string') return { pipeline, fingerprint, model, summary }
  } catch {
    // Said below.
  }
  throw new ServeError('SPILL_NOT_FOUND', 'audit.json is no report of an audit; run `spillway audit` again')
}
