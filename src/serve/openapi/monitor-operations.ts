/** OpenAPI operations of the monitoring of a run: its time series and its alerts. */
import { measures } from '../../monitor/series/index.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { json, operation, type Paths, queryParameter, readOperation, streamOperation } from './operation.ts'

const { count, described, list, number, object, ref, text, utcMs } = schemaTerms

const measureNames = Object.keys(measures)
const timeText = { ...text, examples: ['2026-01-31T12:00:00Z', '6h'] }

const alertParameter: OpenapiSchema = { name: 'alert', in: 'path', required: true, schema: text, description: 'id of the alert' }
const note: OpenapiSchema = { ...text, description: 'a note for others' }
const minutes = (description: string, least: OpenapiSchema = { minimum: 0 }): OpenapiSchema => ({
  type: 'number',
  ...least,
  maximum: 43_200,
  description,
})

/** A change of an alert by a person. */
const alertChange = (operationId: string, summary: string, required: Fields, optional: Fields): OpenapiSchema => ({
  post: operation(operationId, summary, {
    parameters: [alertParameter],
    body: { ...object(required, optional), additionalProperties: false },
    answer: json('the changed alert, durable', ref('Alert')),
    errors: [404, 409, 503],
  }),
})

type Fields = Readonly<Record<string, OpenapiSchema>>

const loadFigure = object({
  lastHour: described(number, 'mean of the last hour'),
  busiest: described(number, 'greatest mean over 5 min in the last day'),
})
const bytes = described(count, 'bytes')

const capacity = object(
  {
    at: described(utcMs, 'when the last sample was taken'),
    memoryBytes: described(count, 'resident memory of the process'),
    groups: described(list(object({ group: text, keys: count, bytes })), 'state of the feature groups in memory'),
  },
  {
    load: described(
      object({
        eventsPerSecond: described(loadFigure, 'accepted events'),
        loopBusy: described(loadFigure, 'share of the time in which the event loop was busy, from 0 to 1'),
      }),
      'absent until an interval of 5 min has ended',
    ),
    disk: object(
      { freeBytes: bytes, usedBytes: described(count, 'size of the data folder') },
      {
        growthPerDay: described(number, 'growth of the folder, bytes a day'),
        growthMs: described(count, 'milliseconds over which it was measured'),
        daysUntilFull: described(number, 'days until the disk is full at this growth'),
      },
    ),
  },
)

/** The operations by path. */
export const monitorPaths: Paths = {
  '/series': readOperation('series', 'Time series of the run, with markers of what happened', json('the series', ref('Series')), [
    queryParameter(
      'names',
      { ...text, examples: ['events,decisions'] },
      `measures, separated by commas; all by default: ${measureNames.join(', ')}`,
    ),
    queryParameter('since', timeText, 'the beginning: a time, UTC ms, or a duration before now; 1h by default'),
    queryParameter('until', timeText, 'the end; the newest sample by default'),
    queryParameter(
      'step',
      { ...text, examples: ['1m'] },
      'interval of the points, a multiple of 10s; by default as long as gives at most 720 points',
    ),
  ]),
  '/capacity': readOperation(
    'capacity',
    'Load, keys, memory and disk of the run as of its last sample; empty before the first sample',
    json('the capacity', object({}, { capacity })),
  ),
  '/series/stream': streamOperation(
    'seriesStream',
    'Samples of the time series, every 10 s',
    ['sample', '{ at, series: [{ name, labels, value }] }'],
    queryParameter('name', { enum: measureNames }, 'only this measure'),
  ),
  '/alerts': readOperation(
    'alerts',
    'Alerts, oldest first, and what they cost people by week',
    json('the alerts', object({ alerts: list(ref('Alert')), weeks: list({ type: 'object' }) }, { receivers: list({ type: 'object' }) })),
    [
      queryParameter('state', { enum: ['firing', 'resolved'] }, 'only those in this state'),
      queryParameter('limit', { type: 'integer', minimum: 1, maximum: 1000 }, 'the newest so many; 20 by default'),
    ],
  ),
  '/alerts/stream': streamOperation(
    'alertStream',
    'Changes of alerts',
    ['alert', '{ change, alert }'],
    queryParameter('severity', { enum: ['page', 'ticket'] }, 'only those of this severity'),
  ),
  '/alerts/{alert}/acknowledge': alertChange('acknowledgeAlert', 'Acknowledges an alert that fires', {}, { note }),
  '/alerts/{alert}/silence': alertChange(
    'silenceAlert',
    'Silences an alert that fires, and later ones of the same condition',
    { minutes: minutes('length of the silence, minutes from now', { exclusiveMinimum: 0 }) },
    { note },
  ),
  '/alerts/{alert}/resolve': alertChange(
    'resolveAlert',
    'Resolves an alert, and records its outcome; a resolved one gets a new outcome',
    {},
    {
      note,
      outcome: { enum: ['acted', 'noise'], description: 'a person had to act, or not' },
      minutes: minutes('time that people spent, beside outcome'),
    },
  ),
}
