/** `spillway features`: computes the features of a key from the log, as of now or a past time. A run may hold the folder. */
import { inspect } from 'node:util'
import type { FeatureValue } from '../../decision/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { featuresAtJson, withFolder } from '../../operate/index.ts'
import type { FeaturesAt } from '../../run/history/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'
import { parseTime } from '../command/arguments.ts'
import { printEach } from '../command/print.ts'
import { withProgress } from '../command/progress.ts'

/** The command `spillway features`. */
export const featuresCommand = defineCommand({
  name: 'features',
  task: 'Inspect',
  takesPipeline: true,
  usage: 'KEY',
  summary: 'compute the features of a key from the log of a run, as of now or of a past time',
  options: {
    group: { value: 'NAME', help: 'only this group [default: all groups with as many key columns]' },
    at: { value: 'TIME', help: 'as of this time: ISO 8601 with its offset, or UTC ms [default: now]' },
    data: dataOption,
    json: { help: 'print each group as a line of JSON, and nothing else' },
  },
  async run({ group, at, json = false, ...folder }, [key, ...extra], project) {
    project.requirePath()
    if (key === undefined) throw new UsageError('name a key')
    if (extra.length > 0) throw new UsageError(`expected one key, but also got ${extra.join(', ')}; write the parts of a key as a,b`)
    const query = { key, group, at: parseTime('--at', at) }
    const { ir } = await project.importPipeline()
    return withFolder(dataFolderOf(folder), async view => {
      const answers = await withProgress(async ({ show }) => view.features(ir, { ...query, onProgress: show }))
      printEach(answers, { json, textOf: answer => featuresText(answer, ir), jsonOf: featuresAtJson, between: '\n' })
      return 0
    })
  },
})

function featuresText({ group, key, t, asOf, visibleEvents, ofKey, features }: FeaturesAt, ir: PipelineIR): string {
  const { source } = ir.groups.find(({ name }) => name === group)!
  const keyText = Object.entries(key).map(([name, value]) => `${name} ${value}`)
  const at = asOf === null ? 'before the first run of its schedule' : `at ${timeText(asOf)}`
  const eventsText = ofKey === 0 ? `never seen up to ${timeText(t)}` : `${pluralize(ofKey, 'event')} up to ${timeText(t)}`
  const width = Math.max(...Object.keys(features).map(name => name.length))
  return [
    `${group}  ${keyText.join('  ')}  ${at}`,
    `  ${eventsText}; ${formatNumber(visibleEvents)} of '${source}' visible`,
    ...Object.entries(features).map(([name, feature]) => `  ${name.padEnd(width)}  ${valueText(feature)}`),
  ].join('\n')
}

function valueText(feature: FeatureValue): string {
  if ('rejected' in feature) return `rejected: ${feature.rejected.why}`
  return feature.value === null ? 'NULL' : inspect(feature.value, { breakLength: Infinity, maxArrayLength: 20 })
}
