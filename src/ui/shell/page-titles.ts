/** Titles of pages, for the navigation and the tab of the browser. */
import type { PageName, View } from '../core/location.ts'

export const pageTitles: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  alerts: 'Alerts',
  sources: 'Sources',
  features: 'Features',
  decisions: 'Decisions',
  actions: 'Actions',
  'dead-letters': 'Dead letters',
  models: 'Models',
  runs: 'Runs',
  audit: 'Audit',
}

export function pageTitle({ page, item }: View): string {
  const title = page === 'unknown' ? 'No such page' : pageTitles[page]
  return item === undefined ? title : `${item} · ${title}`
}
