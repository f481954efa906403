/** The pages of the dashboard as `bench ui` loads them. */
import { deviceOf } from './dashboard-pipeline.ts'

/** A page, with texts that it has once it shows data of the run, and the routes, with their queries, that it reads besides those of every page. */
export interface LoadedPage {
  readonly name: string
  /** Below `/ui`. */
  readonly path: string
  readonly texts: readonly RegExp[]
  readonly routes: readonly string[]
}

/** Decisions of a list. */
export const LISTED = 100
/** Rejected records of the folder. */
export const REJECTED = 50

const AGES = '/series?names=freshness_age_ms&since=5m&step=10s'
const GROUP_AGES = '/series?names=freshness_age_ms,source_delay_ms&since=5m&step=10s'
const DELAYS = '/series?names=source_delay_ms,source_lag_ms,source_lag&since=5m&step=10s'

export const overview: LoadedPage = {
  name: 'overview',
  path: '',
  texts: [/accepts events/, /usual/],
  routes: ['/objectives', '/runs', '/models', '/reconciliations', AGES, '/alerts?limit=50', '/capacity'],
}
export const decisionList: LoadedPage = {
  name: 'decisions',
  path: '/decisions',
  texts: [/newest decision/],
  routes: [`/decisions?limit=${LISTED}`],
}

/** The other pages; `entry`: one with a decision. */
export const otherPages = (entry: number): readonly LoadedPage[] => [
  { name: 'alerts', path: '/alerts', texts: [/No alert fires|First: /], routes: ['/alerts?limit=200', '/objectives'] },
  { name: 'sources', path: '/sources', texts: [/Duplicates/, /signals/], routes: [DELAYS] },
  {
    name: 'source',
    path: '/sources/signals',
    texts: [/duplicates/, /Schema versions/],
    routes: [DELAYS, '/schemas', '/sources/signals/events?limit=20', '/sources/signals/lag'],
  },
  { name: 'features', path: '/features', texts: [/hybrid/], routes: ['/objectives', GROUP_AGES, '/runs'] },
  {
    name: 'feature group',
    path: `/features/now?key=${deviceOf(1)}`,
    texts: [/visible event/, /Computed from/],
    routes: ['/objectives', GROUP_AGES, '/runs', `/features/now?key=${deviceOf(1)}`, '/lineage?of=feature%20now.n1m'],
  },
  decisionList,
  {
    name: 'decisions of a key',
    path: `/decisions?key=${deviceOf(2)}`,
    texts: [/newest decision/],
    routes: [`/decisions?key=${deviceOf(2)}&limit=${LISTED}`],
  },
  { name: 'decision', path: `/decisions/${entry}`, texts: [/features read/], routes: [`/decisions/${entry}/trace`] },
  { name: 'actions', path: '/actions', texts: [/100 effects/], routes: ['/effects?limit=100', '/effects?limit=1'] },
  {
    name: 'dead letters',
    path: '/dead-letters',
    texts: [new RegExp(`${REJECTED} dead letters`)],
    routes: ['/dead-letters?order=newest&limit=100', '/dead-letters/causes'],
  },
  { name: 'models', path: '/models', texts: [/risk/], routes: ['/models'] },
  { name: 'model', path: '/models/risk', texts: [/22 inputs/], routes: [] },
  { name: 'runs', path: '/runs', texts: [/batch run usual/], routes: ['/runs', '/reports', '/models', '/reconciliations'] },
  { name: 'audit', path: '/audit', texts: [/There is no report yet/], routes: ['/audit', '/audit/job'] },
]
