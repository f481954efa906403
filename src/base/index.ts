/**
 * The language under everything else: errors with codes, limits, clocks, times and durations, exact sums, hashes, random numbers. It runs
 * in a browser too.
 */
export {
  callAfter,
  callEvery,
  callSoon,
  type Clock,
  passingErrors,
  pause,
  pauseBlocking,
  type StartTimer,
  stopwatch,
  wallClock,
  withDeadline,
  yieldToEventLoop,
} from './clock.ts'
export { type Duration, durationMs, durationText, exactSpanTitle, spanTitle, stageBuckets } from './duration.ts'
export { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from './time-units.ts'
export {
  assert,
  brokenClauseText,
  type Contract,
  contractError,
  type ErrorCode,
  errorCodes,
  errorFromMessage,
  type FailureMessage,
  failureMessage,
  SpillwayError,
  unreachable,
} from './errors.ts'
export { definitionOf, requireDefinition } from './definition-of.ts'
export { decimalPlaces, scaledInteger, spanMs, timestampMs } from './exact.ts'
export { addBytes, addText, type Hash64 } from './hash.ts'
export { limits } from './limits.ts'
export { didYouMean, inOneLine, nearestName, shortList, show, thrownText, unknownNameError } from './message-text.ts'
export { type Random, random } from './random.ts'
export type { StrictOmit } from './strict-omit.ts'
export { sumBy } from './sum-by.ts'
export {
  isSampled,
  parseTraceContext,
  spanIdOf,
  type TraceContext,
  traceContextOf,
  traceContextText,
  traceFlagsOf,
  traceIdOf,
  withNewSpan,
} from './trace-context.ts'
export { TransientMap } from './transient-map.ts'
