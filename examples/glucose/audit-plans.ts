/** The plans for the clinic of `case-study.ts` that its case study compares. */
import { elementId, type Plan, type ElementSetting } from 'spillway/audit'
import { felt, history, moving } from './case-study.ts'
import { recent } from './glucose.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Start of the nightly job, ms after midnight UTC, and its duration. */
export const BEGINS = 2 * HOUR
export const LASTS = 2 * HOUR
/** Duration of ingestion, and of paging. */
export const TAKES = 3 * MINUTE

const group = ({ name }: { readonly name: string }): string => elementId({ kind: 'group', group: name })
const slow = [history, moving, felt].map(group)
const stream: ElementSetting = { kind: 'stream' }
const nightly: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: LASTS }
const each = (ids: readonly string[], setting: ElementSetting): [string, ElementSetting][] => ids.map(id => [id, setting])

/** Decisions every five minutes; the groups over days are streamed too, or computed each night. */
const streamed = (days: ElementSetting): Plan =>
  new Map([
    ['ingestion', stream],
    [group(recent), stream],
    ...each(slow, days),
    ['inference', { kind: 'every', every: 5 * MINUTE }],
    ['action', { kind: 'async' }],
  ])

export const plans = {
  // The nightly job scores every time of the day before. It reads all readings of that day, makes all decisions, and resumes from its saved
  // state.
  nightly: new Map<string, ElementSetting>([
    ['ingestion', nightly],
    [group(recent), { kind: 'every', every: DAY }],
    ...each(slow, nightly),
    ['inference', nightly],
    ['action', { kind: 'digest', every: DAY }],
  ]),
  selective: streamed(nightly),
  everything: streamed(stream),
}

/** The page: 3 min until a reading is known, and 3 min until the page is delivered. */
export const inMinutes: Plan = new Map([
  ['ingestion', { kind: 'older', by: TAKES }],
  ['action', { kind: 'older', by: TAKES }],
])
