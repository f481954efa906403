/** `spillway observe`: prints or writes files for Prometheus, Grafana and an OpenTelemetry Collector, generated from the pipeline. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AlertThresholds } from '../../define/config/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { collectorConfig, grafanaDashboard, prometheusFilesOf } from '../../observe/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { printLines, printText } from '../command/print.ts'

/** Options of all systems, and the numbers of the alerts. */
interface ObserveOptions {
  readonly job?: string | undefined
  readonly runbooks?: string | undefined
  readonly thresholds: AlertThresholds
}

/** The files of one system; the first is printed where no folder is named. */
type FilesOf = (ir: PipelineIR, options: ObserveOptions) => Readonly<Record<string, string>>

const systems: Readonly<Record<'prometheus' | 'grafana' | 'opentelemetry', FilesOf>> = {
  prometheus: prometheusFilesOf,
  grafana: (ir, options) => ({ 'spillway.dashboard.json': `${JSON.stringify(grafanaDashboard(ir, options), null, 2)}\n` }),
  opentelemetry: (ir, options) => ({ 'otel-collector.example.yml': collectorConfig(ir, options) }),
}

/** The command `spillway observe`. */
export const observeCommand = defineCommand({
  name: 'observe',
  task: 'Run',
  takesPipeline: true,
  usage: 'prometheus | grafana | opentelemetry',
  summary: 'write alert rules for Prometheus, a Grafana dashboard, or settings of an OpenTelemetry Collector for this pipeline',
  options: {
    out: { value: 'DIR', help: 'write all files of the system into this folder; by default the first is printed' },
    job: { value: 'NAME', help: "the label `job` of the run's series in Prometheus [default: the name of the pipeline]" },
    runbooks: { value: 'URL', help: 'prometheus: the page with the runbooks, before #CAUSE [default: docs/guides/alerts.md]' },
  },
  async run({ out, job, runbooks }, [text, ...extra], project) {
    if (extra.length > 0) throw new UsageError(`expected one system, but also got ${extra.join(', ')}`)
    const system = subcommandOf('observe', Object.keys(systems) as (keyof typeof systems)[], text)
    if (runbooks !== undefined && system !== 'prometheus') throw new UsageError('--runbooks is an option of observe prometheus')
    if (job === '') throw new UsageError('--job needs a name')
    const { ir } = await project.importPipeline()
    const files = Object.entries(systems[system](ir, { job, runbooks, thresholds: project.alertThresholds() }))
    if (out === undefined) {
      printText(files[0][1].trimEnd())
      return 0
    }
    mkdirSync(out, { recursive: true })
    for (const [name, content] of files) writeFileSync(join(out, name), content)
    printLines(...files.map(([name]) => join(out, name)))
    return 0
  },
})
