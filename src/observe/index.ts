/** Generated files for the monitoring systems of others: Prometheus, Grafana, OpenTelemetry. */
export { grafanaDashboard } from './grafana/dashboard.ts'
export { collectorConfig } from './opentelemetry/collector.ts'
export { prometheusFilesOf } from './prometheus/prometheus-files.ts'
