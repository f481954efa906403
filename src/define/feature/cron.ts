/**
 * The times of a cron where clocks change, as Vixie's cron has them.
 *
 * A cron without a wildcard or a step in its minutes and hours (`30 2 * * *`, `0 2,14 * * *`) names times of the day: each occurs once a day. One that clocks
 * skip is the first moment after the gap, and one that they repeat is the first of the two. Any other cron (`0/30 * * * *`) is an interval: it goes on
 * through the hour that is repeated, and has no time in a gap.
 */
import { Cron } from 'croner'
import type { ScheduleIR } from '../ir/ir.ts'

/** The cron in its zone. Throws for a text that is no cron. */
export const cronOf = ({ cron, zone }: Omit<Extract<ScheduleIR, { kind: 'cron' }>, 'kind'>): Cron =>
  new Cron(cron, { timezone: zone, paused: true, fixedTimeRule: 'no-wildcard' })
