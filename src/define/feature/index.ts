/** Definitions of feature groups: features, placements, and tables of current values. */
export { cronOf } from './cron.ts'
export type { Entities, FeaturesOf, Group } from './features.ts'
export { IntervalSchedule, scheduleOf } from './placement.ts'
