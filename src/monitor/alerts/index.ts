/** Alerts of a run: their records, changes by people, and thresholds. */
export { alertsSince, editStoredAlert, storedAlerts } from './alert-store.ts'
export { type AlertEdit, alertEdits } from './change-alert.ts'
