/** `GET /reports`, what was made; `GET /reports/:report/latest`, the newest as its file has it; `POST /reports/:report`, which makes one now and answers when it is written. */
import { createReadStream, existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/clock.ts'
import { fileOf, reportsIn, type MadeReport } from '../../batch/report-ledger.ts'
import { auditedWork } from '../context/operator-log.ts'
import { finder } from '../http/named-definition.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import { single, type Query } from '../http/query.ts'

/** The newest so many. */
const SHOWN = 100

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/** Where this machine keeps its files is nobody's business. */
const told = (made: MadeReport): MadeReport => ({ ...made, file: basename(made.file) })

const ASKED = ['report'] as const

export function reportRoutes(app: FastifyInstance, { run, ir, reader, data }: Serving): void {
  const reportNamed = finder('report', ir.reports ?? [])
  app.get<{ Querystring: Query }>('/reports', { config: { role: 'read', query: ASKED } }, async ({ query }) => {
    const { report } = single(query, ASKED)
    if (report !== undefined) reportNamed(report)
    return {
      reports: reportsIn(reader)
        .filter(one => report === undefined || one.report === report)
        .slice(-SHOWN)
        .map(told),
    }
  })
  app.get<{ Params: { report: string } }>('/reports/:report/latest', { config: { role: 'read' } }, async ({ params }, reply) => {
    const { name } = reportNamed(params.report)
    const made = reportsIn(reader).findLast(one => one.report === name && one.state === 'done')
    if (!made) throw new ServeError('SPILL_NOT_FOUND', `report '${name}' was not made yet`)
    const path = fileOf(data, made)
    if (!existsSync(path))
      throw new ServeError('SPILL_NOT_FOUND', `the file of report ${made.number} is gone; make it again: POST /reports/${name}`)
    reply.type(types[path.slice(path.lastIndexOf('.') + 1)]).header('spillway-report', String(made.number))
    reply.header('last-modified', new Date(made.s).toUTCString()).header('spillway-stale', String(made.done!.stale))
    return reply.send(createReadStream(path))
  })
  app.post<{ Params: { report: string } }>('/reports/:report', { config: { role: 'operate' } }, async ({ params, client }) => {
    const { name } = reportNamed(params.report)
    const { report } = run
    if (!report) throw new ServeError('SPILL_UNSUPPORTED', 'this run makes no reports')
    const who = client === undefined ? 'http' : `token:${client}`
    return auditedWork(data, { at: wallClock(), who, what: 'reports now', to: name }, async say => {
      const made = await report(name)
      say(`report ${made.number}`)
      return told(made)
    })
  })
}
