/**
 * `GET /reconciliations` lists the reconciliations of a run with `--reconcile`; `GET /reconciliations/:number` returns one with its
 * report. The results are Prometheus metrics, too.
 */
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { comparisonBases } from '../../reconcile/index.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'

/** The number of newest reconciliations that are listed. */
const SHOWN = 100

export function reconciliationRoutes(app: FastifyInstance, { folder: { reconciliations } }: ServerContext): void {
  app.get('/reconciliations', { config: { role: 'read' } }, async () => ({ reconciliations: reconciliations.list().slice(-SHOWN) }))
  app.get<{ Params: { number: string } }>('/reconciliations/:number', { config: { role: 'read' } }, async ({ params }) => {
    const reconciliation = /^[1-9]\d{0,14}$/.test(params.number) ? reconciliations.byNumber(Number(params.number)) : undefined
    if (!reconciliation)
      throw new ServeError(
        'SPILL_NOT_FOUND',
        `there is no reconciliation '${params.number}'; GET /reconciliations lists those that there are`,
      )
    return { ...reconciliation, report: reconciliation.report ?? null }
  })
}

/** Registers metrics: totals over all reconciliations, and figures of the last completed one. */
export function registerReconcileMetrics(registry: Registry, { folder }: Pick<ServerContext, 'folder'>): void {
  const last = () => folder.reconciliations.last()
  for (const metric of [valuesMetric(last), differingMetric(last), ...lastMetrics(last)]) registry.registerMetric(metric)
}

type Last = () => ReturnType<ServerContext['folder']['reconciliations']['last']>

const valuesMetric = (last: Last): Counter =>
  new Counter({
    name: 'spillway_reconcile_values_total',
    help: 'Recorded values that were compared with SQL over the same log.',
    registers: [],
    collect() {
      this.reset()
      this.inc(last()?.done.totals.values ?? 0)
    },
  })

const differingMetric = (last: Last): Counter<'basis' | 'cause'> =>
  new Counter({
    name: 'spillway_reconcile_differing_total',
    help: 'Mismatched values, against the log as the decision saw it (recorded) or as it is now (corrected), by cause.',
    labelNames: ['basis', 'cause'],
    registers: [],
    collect() {
      this.reset()
      const reasons = last()?.done.totals.reasons
      for (const basis of comparisonBases)
        for (const [cause, count] of Object.entries(reasons?.[basis] ?? {})) this.inc({ basis, cause }, count)
    },
  })

function lastMetrics(last: Last): Gauge[] {
  const gauges: readonly (readonly [name: string, help: string, value: () => number | undefined])[] = [
    ['spillway_reconcile_unexplained', 'Mismatches of the last reconciliation without a known cause.', () => last()?.done.unexplained],
    ['spillway_reconcile_last_seconds', 'When the last reconciliation ended, seconds since the epoch.', () => secondsOf(last()?.ended)],
    ['spillway_reconcile_duration_seconds', 'How long the last reconciliation took.', () => last()?.done.seconds],
  ]
  return gauges.map(
    ([name, help, value]) =>
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          const current = value()
          // A gauge without labels starts at 0, which would be a valid time and no mismatch.
          if (current === undefined) this.remove()
          else this.set(current)
        },
      }),
  )
}

const secondsOf = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
