/** Definitions of feature groups: features, placements, and tables of current values. */
export { cronOf, IntervalSchedule, scheduleOf } from './placement.ts'
export type { Entities, FeaturesOf, Group } from './features.ts'
