/** OpenAPI operations of the monitoring of a run: its time series. */
import { measures } from '../../monitor/series/index.ts'
import { schemaTerms } from './json-schema.ts'
import { json, type Paths, queryParameter, readOperation, streamOperation } from './operation.ts'

const { ref, text } = schemaTerms

const measureNames = Object.keys(measures)
const timeText = { ...text, examples: ['2026-01-31T12:00:00Z', '6h'] }

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
  '/series/stream': streamOperation(
    'seriesStream',
    'Samples of the time series, every 10 s',
    ['sample', 'SeriesSample'],
    queryParameter('name', { enum: measureNames }, 'only this measure'),
  ),
}
