/** Time series of a run: their measures, stored points and samples, and markers. */
export { lastDeployment, type SeriesMarker, seriesMarkerKinds, seriesMarkers } from './markers.ts'
export { labelsOf, measureOf, measures } from './measures.ts'
export {
  lastSampleNumber,
  type NumberedSample,
  oldestSampleNumber,
  readSeries,
  samplesAfter,
  type SeriesQuery,
  type SeriesRange,
} from './read-series.ts'
