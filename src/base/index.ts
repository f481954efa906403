/**
 * The language under everything else: errors with codes, limits, clocks, times and durations, exact sums, hashes, random numbers. It runs
 * in a browser too.
 */
export { assert, unreachable } from './assert.ts'
export { callAfter, callEvery, callSoon, type Clock, pause, pauseBlocking, stopwatch, wallClock, yieldToEventLoop } from './clock.ts'
export { brokenClauseText, type Contract, contractError } from './contract.ts'
export { withDeadline } from './deadline.ts'
export { didYouMean, unknownNameError } from './did-you-mean.ts'
export { type ErrorCode, errorCodes, SpillwayError } from './errors.ts'
export { decimalPlaces, scaledInteger, spanMs, timestampMs } from './exact.ts'
export { addBytes, addText, type Hash64 } from './hash.ts'
export { limits } from './limits.ts'
export { type Random, random } from './random.ts'
export { inOneLine, show } from './show.ts'
export { exactSpanTitle, spanTitle } from './span.ts'
export { stageBuckets } from './stage-buckets.ts'
export type { StrictOmit } from './strict-omit.ts'
export { errorFromMessage, type FailureMessage, failureMessage } from './thread-error.ts'
export { thrownText } from './thrown-text.ts'
export { type Duration, durationMs, durationText } from './time.ts'
