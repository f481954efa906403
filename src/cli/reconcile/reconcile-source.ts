/** `reconcile --source`: compares the recorded events of a source with its topic. A run may hold the folder. */
import { requireDefinition } from '../../base/index.ts'
import { type FeedPlace, placeValueOf } from '../../define/config/index.ts'
import { withFolder } from '../../operate/index.ts'
import { readTopicOf } from '../../sources/index.ts'
import { type Project, UsageError } from '../command/command.ts'
import { printEach } from '../command/print.ts'
import { ProgressLine } from '../command/progress.ts'
import { topicText } from './topic-text.ts'

interface SourceRequest {
  /** `payments`, or `payments=kafka:payments`. */
  readonly source: string
  readonly data: string
  readonly json: boolean
}

/** Returns 0 for a comparison without a fault, otherwise 1. */
export async function reconcileSource({ source: text, data, json }: SourceRequest, project: Project): Promise<number> {
  const [name, ...rest] = text.split('=')
  const place = rest.length > 0 ? rest.join('=') : feedOf(name, project)
  if (typeof place === 'string' && !place.startsWith('kafka:'))
    throw new UsageError(`--source ${text} names no topic: write --source ${name}=kafka:TOPIC`)
  const pipeline = await project.importPipeline()
  requireDefinition(pipeline.ir.name, 'source', pipeline.ir.sources, name)
  const topic = readTopicOf(place, { source: name, env: process.env })
  const progress = new ProgressLine()
  const report = await withFolder(data, folder =>
    folder.reconcileTopic(pipeline, { source: name, topic, onProgress: progress.show }),
  ).finally(() => progress.clear())
  printEach([report], { json, textOf: topicText })
  return report.sound ? 0 : 1
}

/** The topic among the feeds of the configuration. Throws `UsageError`. */
function feedOf(source: string, project: Project): string | FeedPlace {
  const topics = project
    .feedsOf(source)
    .filter(feed => (typeof feed === 'string' ? feed.startsWith('kafka:') : placeValueOf(feed) !== undefined))
  if (topics.length === 1) return topics[0]
  const problem = topics.length === 0 ? 'has no topic as feed in the configuration' : `reads ${topics.length} topics in the configuration`
  throw new UsageError(`source '${source}' ${problem}: write --source ${source}=kafka:TOPIC`)
}
