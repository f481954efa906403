/** The numbers of the alert rules. Each has a default that is right without configuration. */
import { didYouMean, SpillwayError, show } from '../../base/index.ts'

/**
 * Numbers of the alert rules, in place of the defaults.
 *
 * @example
 * export default defineConfig({ alerts: { thresholds: { deadlines: 0.999, diskPageBytes: 2 ** 30 } } })
 */
export interface AlertThresholds {
  /** Required share of effects that meet their deadline. */
  readonly deadlines: number
  /** Required share of HTTP requests that are not answered with 5xx. */
  readonly errors: number
  /** Required share of records that are not rejected. */
  readonly deadLetters: number
  /** Required share of attempts at effects that succeed. */
  readonly effects: number
  /** Free bytes of the disk below which a page, and below which a ticket is opened. */
  readonly diskPageBytes: number
  readonly diskTicketBytes: number
}

export const defaultThresholds: AlertThresholds = {
  deadlines: 0.99,
  errors: 0.999,
  deadLetters: 0.995,
  effects: 0.9,
  diskPageBytes: 2 ** 29,
  diskTicketBytes: 2 ** 31,
}

/** The thresholds with these in place of the defaults. Throws `SPILL_INPUT` for an unknown name or an impossible number. */
export function alertThresholds(overrides: Partial<Record<keyof AlertThresholds, unknown>> = {}, place = 'alerts'): AlertThresholds {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(defaultThresholds, name))
      throw new SpillwayError('SPILL_INPUT', `${place}: there is no threshold '${name}'${didYouMean(name, Object.keys(defaultThresholds))}`)
    const isBytes = name.endsWith('Bytes')
    const isGood = typeof value === 'number' && (isBytes ? value >= 0 && Number.isFinite(value) : value > 0 && value < 1)
    if (!isGood)
      throw new SpillwayError(
        'SPILL_INPUT',
        `${place}.${name} is ${show(value)}; give ${isBytes ? 'a number of bytes' : 'a share above 0 and below 1, such as 0.99'}`,
      )
  }
  return { ...defaultThresholds, ...(overrides as Partial<AlertThresholds>) }
}
