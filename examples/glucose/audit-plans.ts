/** The ways of running the clinic of `case-study.ts` that its case study compares. */
import { elementId, type Plan, type ElementSetting } from 'spillway/audit'
import { felt, history, moving } from './case-study.ts'
import { recent } from './glucose.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The nightly job, ms after midnight UTC, and how long it takes. */
export const BEGINS = 2 * HOUR
export const LASTS = 2 * HOUR
/** What ingestion and the page take, each. */
export const TAKES = 3 * MINUTE

const group = ({ name }: { readonly name: string }): string => elementId({ kind: 'group', group: name })
const slow = [history, moving, felt].map(group)
const stream: ElementSetting = { kind: 'stream' }
const nightly: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: LASTS }
const each = (ids: readonly string[], setting: ElementSetting): [string, ElementSetting][] => ids.map(id => [id, setting])

/** Decisions every five minutes, by what is streamed: the groups over days with it, or each night. */
const streamed = (days: ElementSetting): Plan =>
  new Map([
    ['ingestion', stream],
    [group(recent), stream],
    ...each(slow, days),
    ['inference', { kind: 'every', every: 5 * MINUTE }],
    ['action', { kind: 'async' }],
  ])

export const plans = {
  // The night scores every moment of the day before, so it reads all readings of that day and makes all decisions; it goes on from where it was.
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

/** As the page is sent: 3 min until a reading is known, and 3 min until the page is there. */
export const inMinutes: Plan = new Map([
  ['ingestion', { kind: 'older', by: TAKES }],
  ['action', { kind: 'older', by: TAKES }],
])
