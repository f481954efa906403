/** Monitoring of a run, in its process. */
export { RunMonitor } from './run-monitor.ts'
