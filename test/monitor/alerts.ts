/** Alerts for tests. */
import type { Alert } from '../../src/monitor/alerts/alert.ts'

/** 2026-03-01T03:12:00Z. */
export const OPENED = Date.UTC(2026, 2, 1, 3, 12)

export const alertOf = (fields: Partial<Alert> = {}): Alert => ({
  id: 'freshness-card_1h-3',
  pipeline: 'fraud',
  cause: 'freshness',
  subject: { kind: 'group', name: 'card_1h' },
  severity: 'page',
  state: 'firing',
  opened: OPENED,
  summary: '2.1 % of the decisions of the last hour used card_1h older than 15 min; the objective allows 0.1 %',
  affected: { groups: ['card_1h'], models: ['fraud'], actions: ['decline', 'review'], decisions: 1320 },
  runbook: 'docs/guides/alerts.md#freshness',
  command: 'spillway inspect --data .spillway',
  inhibited: [],
  ...fields,
})

/** The alert after `minutes`, resolved. */
export const resolvedAfter = (alert: Alert, minutes: number): Alert => ({
  ...alert,
  state: 'resolved',
  resolved: alert.opened + minutes * 60_000,
})
