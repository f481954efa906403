/** `--rate N`: the rate limit of each client of a server. */
import type { RateLimit } from '../../serve/access/rate-limit.ts'
import { UsageError, type OptionSpec } from './command.ts'

export const rateOption: OptionSpec = {
  type: 'string',
  value: 'N',
  help: 'requests a second that each client, by its token or address, may go on with, and N:BURST how many at once (twice as many unless given); beyond that 429; as many as it likes unless given',
}

/** Parses `N` or `N:BURST`; the default burst is twice the rate. Throws `UsageError`. */
export function rateOf(text: string | undefined): RateLimit | undefined {
  if (text === undefined) return undefined
  const [, perSecond, burst] = /^([1-9]\d{0,6})(?::([1-9]\d{0,6}))?$/.exec(text) ?? []
  if (perSecond === undefined) throw new UsageError(`--rate ${text} is no number of requests a second; write --rate 100, or --rate 100:500`)
  return { perSecond: Number(perSecond), burst: burst === undefined ? 2 * Number(perSecond) : Number(burst) }
}
