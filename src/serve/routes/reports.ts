/**
 * `GET /reports` lists reports; `GET /reports/:report/latest` returns the file of the newest; `POST /reports/:report` makes one now, and
 * answers when its file is written.
 */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/index.ts'
import type { ReportRun } from '../../batch/index.ts'
import { withOperatorLogAsync } from '../../operate/index.ts'
import { lookupByName } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import { singleParameters, type Query } from '../http/query.ts'

/** The number of newest reports that are listed. */
const SHOWN = 100

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/** The record without the folder of its file: clients need no paths of this machine. */
const withoutPath = (record: ReportRun): ReportRun => ({ ...record, file: basename(record.file) })

const PARAMETERS = ['report'] as const

export function reportRoutes(app: FastifyInstance, { run, ir, folder }: ServerContext): void {
  const reportNamed = lookupByName('report', ir.reports ?? [])
  app.get<{ Querystring: Query }>('/reports', { config: { role: 'read', query: PARAMETERS } }, async ({ query }) => {
    const { report } = singleParameters(query, PARAMETERS)
    if (report !== undefined) reportNamed(report)
    return { reports: folder.reports.list(report).slice(-SHOWN).map(withoutPath) }
  })
  app.get<{ Params: { report: string } }>('/reports/:report/latest', { config: { role: 'read' } }, async ({ params }, reply) => {
    const { name } = reportNamed(params.report)
    const latest = folder.reports.latest(name)
    if (!latest) throw new ServeError('SPILL_NOT_FOUND', `report '${name}' has not been made yet`)
    const { record, path, exists } = latest
    if (!exists)
      throw new ServeError('SPILL_NOT_FOUND', `the file of report ${record.number} is gone; make it again: POST /reports/${name}`)
    reply.type(types[path.slice(path.lastIndexOf('.') + 1)]).header('spillway-report', String(record.number))
    reply.header('last-modified', new Date(record.s).toUTCString()).header('spillway-stale', String(record.done!.stale))
    return reply.send(createReadStream(path))
  })
  app.post<{ Params: { report: string } }>('/reports/:report', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = reportNamed(params.report)
    const { report } = run
    if (!report) throw new ServeError('SPILL_UNSUPPORTED', 'this run makes no reports')
    const who = client === undefined ? 'http' : `token:${client}`
    return withOperatorLogAsync(folder.path, { at: wallClock(), who, what: 'reports now', to: name }, async setDetail => {
      const record = await report(name)
      setDetail(`report ${record.number}`)
      return withoutPath(record)
    })
  })
}
