/**
 * The report of the last `spillway audit`, from the folder that it writes. `GET /audit`: its summary, what changed since the report before,
 * and is it of the pipeline that runs? `GET /audit/page`: the page for people, under a policy that lets it run no script and load nothing.
 * `POST /audit` starts an audit in a process of its own, `GET /audit/job` has its progress, and `POST /audit/cancel` ends it.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { StrictOmit } from '../../base/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import type { AuditJobs } from '../../operate/index.ts'
import { jsonFields } from '../body/json-body.ts'
import { lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute, jsonBody, requirePart, startJob } from './route.ts'

/** The page of a report has its styles inline. `frame-ancestors` lets the dashboard embed it. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

const config = { role: 'operate' } as const

export function auditRoutes(app: FastifyInstance, context: ServerContext): void {
  const { auditFolder, fingerprint } = context
  auditJobRoutes(app, context)
  const report = new CachedReport(join(auditFolder, 'audit.json'))
  addReadRoute(app, '/audit', [], async () => {
    const { fingerprint: audited, ...head } = await report.head()
    const changes = await readChanges(join(auditFolder, 'audit-changes.json'))
    return { ...head, isCurrent: audited === fingerprint, ...(changes && { changes }) }
  })
  app.get('/audit/page', { config: { role: 'read' } }, async (_request, reply) => {
    const page = await readReport(join(auditFolder, 'audit.html'))
    return reply
      .headers({ 'content-security-policy': reportPolicy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(page)
  })
}

function auditJobRoutes(app: FastifyInstance, context: ServerContext): void {
  const { ir, audits, folder } = context
  const labelled = ir.models.filter(({ label }) => label !== undefined)
  const modelNamed = lookupByName('model with a label', labelled)
  const requireAudits = (): AuditJobs =>
    requirePart(audits, 'this server starts no audits; run `spillway audit --data DIR` in the folder of the project')
  addReadRoute(app, '/audit/job', [], () => ({
    models: labelled.map(({ name }) => name),
    canStart: audits !== undefined && labelled.length > 0,
    ...(audits?.last && { job: audits.last }),
  }))
  app.post('/audit', { config }, async (request, _reply) => {
    const jobs = requireAudits()
    const { model } = auditRequest(await jsonBody(context, request))
    if (labelled.length === 0)
      throw new ServeError('SPILL_HISTORY', 'no model has a label, so that decisions have no outcomes', { status: 409 })
    if (model !== undefined) modelNamed(model)
    if (folder.log.lastSegment() === undefined)
      throw new ServeError('SPILL_HISTORY', 'the log has no events yet; an audit replays a history', { status: 409 })
    return { job: await startJob(folder, request, ['audit', model ?? ir.name], async () => jobs.start(model)) }
  })
  app.post('/audit/cancel', { config }, async (request, _reply) => {
    const jobs = requireAudits()
    return { job: await startJob(folder, request, ['audit cancel', ir.name], () => jobs.cancel()) }
  })
}

/** The body of a start. Throws 400. */
function auditRequest(body: unknown): { readonly model?: string } {
  const { model } = jsonFields(body, ['model'])
  if (model === undefined) return {}
  if (typeof model === 'string') return { model }
  throw new ServeError('SPILL_INPUT', 'model is the name of a model, or absent: { "model": "fraud" }')
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

/** Changes since the report before; undefined if there was none. */
async function readChanges(path: string): Promise<object | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as object
  } catch {
    return undefined
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
