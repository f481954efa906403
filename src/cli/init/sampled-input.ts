/** The records that `spillway init` infers a project from: of a file, or of a topic. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { didYouMean, SpillwayError } from '../../base/index.ts'
import { type RecordsSample, sampleInput, sampleRecords } from '../../files/index.ts'
import { sampledTopicOf } from '../../sources/index.ts'
import type { ProjectTopic } from './inferred-project.ts'
import type { Ask } from './interview.ts'

/** Records that were sampled, and where they are. */
interface SampledInput {
  readonly sample: RecordsSample
  /** The file or the address as the user named it. */
  readonly from: string
  readonly topic?: ProjectTopic
}

/** The options that name records; at most one of them is given. */
interface InputChoice {
  readonly from: string | undefined
  readonly topic: string | undefined
}

/** The records of the options, or of the answer to `ask`; undefined for a project from a sample of Spillway. */
export async function sampledInput({ from, topic: address }: InputChoice, ask?: Ask): Promise<SampledInput | undefined> {
  if (address !== undefined) {
    const { records, declared, ...topic } = await sampledTopicOf(address, { env: process.env })
    const advice = 'write records to the topic first, or name their format: kafka:TOPIC?value=avro'
    return { sample: await sampleInput(records, advice, declared), from: records.name, topic }
  }
  const file = from ?? (await ask?.('A file of your events, CSV, NDJSON or Parquet (Enter for a sample): '))?.trim() ?? ''
  return file === '' ? undefined : { sample: await sampleRecords(existingFile(file)), from: file }
}

/** Throws if the file is missing or empty. Returns its path. */
function existingFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) {
    const folder = dirname(path)
    const names = existsSync(folder)
      ? readdirSync(folder).filter(name => /\.(?:csv|tsv|ndjson|jsonl|json|parquet)(?:\.gz)?$/i.test(name))
      : []
    throw new SpillwayError(
      'SPILL_FILE',
      `does not exist; --from needs the path of a CSV, NDJSON or Parquet file${didYouMean(basename(path), names)}`,
      { place: path },
    )
  }
  if (stat.size > 0) return path
  throw new SpillwayError('SPILL_FILE', 'is empty; --from needs a file with records, and without --from init makes a sample project', {
    place: path,
  })
}
