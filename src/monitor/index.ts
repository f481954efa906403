/** Monitoring of a run, in its process: time series, objectives, alerts, and where alerts go. */
export type { Alert, AlertCause, AlertReceiver, AlertSubject } from './alert.ts'
export { badShareOf } from './alerts/burn-rate.ts'
export { affectedBy } from './alerts/reach.ts'
export type { LagSource } from './lag/lag-sampler.ts'
export { openAlertReceivers } from './notify/open-alert-receivers.ts'
export { type ReceiverTest, testReceivers } from './notify/receiver-test.ts'
export type { RunMonitor } from './run-monitor.ts'
export { startMonitoring } from './start-monitoring.ts'
