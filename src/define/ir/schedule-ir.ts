/** A schedule, in the IR: a cron in an IANA time zone, or an interval. */
export type ScheduleIR =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  /** Multiples of `every` ms from the epoch, plus `phase` ms. */
  | { readonly kind: 'interval'; readonly every: number; readonly phase: number }
