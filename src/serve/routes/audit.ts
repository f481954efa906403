/**
 * The report of the last `spillway audit`, from the folder that it writes. `GET /audit`: its summary, and is it of the pipeline that runs?
 * `GET /audit/page`: the page for people, under a policy that lets it run no script and load nothing.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context/server-context.ts'
import { ServeError } from '../http/serve-error.ts'
import { addReadRoute } from './route.ts'

/** The page of a report has its styles inline. `frame-ancestors` lets the dashboard embed it. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

export function auditRoutes(app: FastifyInstance, { auditFolder, fingerprint }: ServerContext): void {
  addReadRoute(app, '/audit', [], async () => {
    const path = join(auditFolder, 'audit.json')
    const { pipeline, fingerprint: audited, model, summary } = parseReport(await readReport(path))
    return { pipeline, model, summary, writtenAt: Math.round((await stat(path)).mtimeMs), isCurrent: audited === fingerprint }
  })
  app.get('/audit/page', { config: { role: 'read' } }, async (_request, reply) => {
    const page = await readReport(join(auditFolder, 'audit.html'))
    return reply
      .headers({ 'content-security-policy': reportPolicy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(page)
  })
}

async function readReport(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
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
}

/** Throws 404 for a file that is no report. */
function parseReport(text: string): ReportHead {
  try {
    const report = JSON.parse(text) as Partial<ReportHead>
    if (typeof report.summary === 'object' && typeof report.fingerprint === 'string') return report as ReportHead
  } catch {
    // Said below.
  }
  throw new ServeError('SPILL_NOT_FOUND', 'audit.json is no report of an audit; run `spillway audit` again')
}
