/** When something is due again and again, as it stands in the IR. */
export type ScheduleIR =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  /** Multiples of `every` ms from the epoch, plus `phase`. */
  | { readonly kind: 'interval'; readonly every: number; readonly phase: number }
