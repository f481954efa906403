/**
 * Batch runs, reports and reconciliations. `GET /runs`, `/reports`, `/reconciliations` and `/backups` list their ledgers. `POST /groups/:group/runs`,
 * `/reports/:report` and `/reconciliations` start one outside the schedule, and answer when it has ended. `POST /jobs/cancel` ends one.
 */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { wallClock } from '../../base/index.ts'
import type { ReportRun } from '../../batch/index.ts'
import { controlRequests } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { lookupByName } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'
import {
  addReadRoute,
  jsonBody,
  JOBS_SHOWN,
  makeChange,
  maskFor,
  noSuch,
  pathNumber,
  personalRole,
  requirePart,
  startJob,
} from './route.ts'

const config = { role: 'operate' } as const

export function jobRoutes(app: FastifyInstance, context: ServerContext): void {
  batchRunRoutes(app, context)
  reportRoutes(app, context)
  reconciliationRoutes(app, context)
  addReadRoute(app, '/backups', [], () => ({ backups: context.folder.backups.list().slice(-JOBS_SHOWN) }))
  app.post('/jobs/cancel', { config }, async (request, _reply) => {
    const cancellation = controlRequests.cancelJob(await jsonBody(context, request))
    await makeChange(context, request, (control, by) => control.cancelJob(cancellation, by))
    return { cancelled: cancellation }
  })
}

function batchRunRoutes(app: FastifyInstance, { run, ir, folder, clock = wallClock }: ServerContext): void {
  const groupNamed = lookupByName('group', ir.groups)
  addReadRoute(app, '/runs', ['group'], ({ group }) => {
    const groups = group === undefined ? ir.groups : [groupNamed(group)]
    const { batchRuns } = folder
    return { runs: batchRuns.list(group).slice(-JOBS_SHOWN), schedules: batchRuns.dueTimes(groups, ir.sources, clock()) }
  })
  app.post<{ Params: { group: string } }>('/groups/:group/runs', { config }, async (request, _reply) => {
    const { name } = groupNamed(request.params.group)
    const batch = requirePart(run.batch, 'this run makes no batch runs')
    return startJob(folder, request, ['runs now', name], async setDetail => {
      const record = await batch(name)
      setDetail(`run ${record.number}`)
      return record
    })
  })
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/** The record without the folder of its file: clients need no paths of this machine. */
const withoutPath = (record: ReportRun): ReportRun => ({ ...record, file: basename(record.file) })

/** Adds the ledger of reports, and `GET /reports/:report/latest`: the file of the newest. */
function reportRoutes(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, folder } = context
  const reportNamed = lookupByName('report', ir.reports ?? [])
  addReadRoute(app, '/reports', ['report'], ({ report }) => {
    if (report !== undefined) reportNamed(report)
    return { reports: folder.reports.list(report).slice(-JOBS_SHOWN).map(withoutPath) }
  })
  app.get<{ Params: { report: string } }>(
    '/reports/:report/latest',
    { config: { role: 'read', ...personalRole(context) } },
    async (request, reply) => {
      const { name } = reportNamed(request.params.report)
      if (maskFor(context, request)?.isPersonalReport(name))
        throw new ServeError('SPILL_ROLE', `the file of report '${name}' has personal data: this needs the role 'personal'`)
      const latest = folder.reports.latest(name)
      if (!latest) throw new ServeError('SPILL_NOT_FOUND', `report '${name}' has not been made yet`)
      const { record, path, exists } = latest
      if (!exists)
        throw new ServeError('SPILL_NOT_FOUND', `the file of report ${record.number} is gone; make it again: POST /reports/${name}`)
      reply.type(types[path.slice(path.lastIndexOf('.') + 1)]).header('spillway-report', String(record.number))
      reply.header('last-modified', new Date(record.s).toUTCString()).header('spillway-stale', String(record.done!.stale))
      return reply.send(createReadStream(path))
    },
  )
  app.post<{ Params: { report: string } }>('/reports/:report', { config }, async (request, _reply) => {
    const { name } = reportNamed(request.params.report)
    const report = requirePart(run.report, 'this run makes no reports')
    return startJob(folder, request, ['reports now', name], async setDetail => {
      const record = await report(name)
      setDetail(`report ${record.number}`)
      return withoutPath(record)
    })
  })
}

/** Adds the ledger of reconciliations, the start of one, and `GET /reconciliations/:number`: one with its report. */
function reconciliationRoutes(app: FastifyInstance, context: ServerContext): void {
  const { folder, ir, reconcile } = context
  const { reconciliations } = folder
  addReadRoute(app, '/reconciliations', [], () => ({ reconciliations: reconciliations.list().slice(-JOBS_SHOWN) }))
  const byNumber = (_parameters: object, request: FastifyRequest<{ Params: Readonly<Record<string, string>> }>): object => {
    const { params } = request
    const reconciliation = reconciliations.byNumber(pathNumber('reconciliation', params['number']))
    if (!reconciliation) throw noSuch('reconciliation', params['number'])
    // A report quotes keys and values of mismatches.
    const report = maskFor(context, request) ? undefined : reconciliation.report
    return { ...reconciliation, report: report ?? null }
  }
  addReadRoute(app, '/reconciliations/:number', [], byNumber, personalRole(context))
  app.post('/reconciliations', { config }, async (request, _reply) => {
    const start = requirePart(reconcile, 'this server starts no reconciliations; `spillway reconcile` compares all decisions of the folder')
    return startJob(folder, request, ['reconcile now', ir.name], async setDetail => {
      const record = await start()
      setDetail(`reconciliation ${record.number}`)
      return record
    })
  })
}
