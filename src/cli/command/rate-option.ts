/** `--rate N`: the rate limit of each client of a server. */
import type { RateLimit } from '../../serve/access/index.ts'
import { UsageError, type OptionSpec } from './command.ts'

/** The option `--rate`. */
export const rateOption: OptionSpec = {
  type: 'string',
  value: 'N',
  help: 'limit each client, by token or address, to N requests per second, or to N:BURST with a burst (default twice N); more get status 429 (default: no limit)',
}

/** Parses `N` or `N:BURST`; the default burst is twice the rate. Throws `UsageError`. */
export function rateLimitOf(text: string | undefined): RateLimit | undefined {
  if (text === undefined) return undefined
  const [, perSecond, burst] = /^([1-9]\d{0,6})(?::([1-9]\d{0,6}))?$/.exec(text) ?? []
  if (perSecond === undefined)
    throw new UsageError(`--rate ${text} is not a number of requests per second; write --rate 100, or --rate 100:500`)
  return { perSecond: Number(perSecond), burst: burst === undefined ? 2 * Number(perSecond) : Number(burst) }
}
