/**
 * Times of a cron where clocks change, by the rules of Vixie's cron.
 *
 * A cron without a wildcard or step in minutes and hours (`30 2 * * *`, `0 2,14 * * *`) names times of the day, each once a
 * day. A time that clocks skip becomes the first moment after the gap; a time that clocks repeat is the first of the two. Any
 * other cron (`0/30 * * * *`) is an interval: it continues through the repeated hour and has no time in a gap.
 */
import type { StrictOmit } from '../../base/index.ts'
import { Cron } from 'croner'
import type { ScheduleIR } from '../ir/ir.ts'

/** The cron in its time zone. Throws for a text that is no cron. */
export const cronOf = ({ cron, zone }: StrictOmit<Extract<ScheduleIR, { kind: 'cron' }>, 'kind'>): Cron =>
  new Cron(cron, { timezone: zone, paused: true, fixedTimeRule: 'no-wildcard' })
