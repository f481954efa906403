/**
 * Agreement of the Avro checks with Apache's `avro` and with `fastavro` (PyPI): on random pairs of schemas, the verdict of `avro`'s checker, and
 * whether both read what is written with the writer's schema. Run it by itself with a number of pairs: `node test/external/avro/agreement.ts
 * 1000`.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { avroIncompatibilities } from '../../../src/schema/avro/compare-avro.ts'
import { parseAvro } from '../../../src/schema/avro/parse-avro.ts'
import { run } from '../program.ts'
import { randomAvroPair } from './random-pair.ts'

const RUN_MS_MAX = 120_000

interface PeerAnswer {
  readonly failed?: string
  readonly compatible: boolean
  /** Error of each reader; null if it reads every datum. */
  readonly avro: string | null
  readonly fastavro: string | null
}

/**
 * Known gap of Apache's reader, whose own checker says that it can read: strings as bytes and the reverse, and items or values of a union.
 * `fastavro` reads them.
 */
const isKnownGap = (error: string): boolean => error.startsWith('SchemaResolutionException: Schemas do not match.')

/** Checks `pairs` pairs; returns the counts as text. */
export async function checkAvroAgreement(python: string, pairs: number): Promise<string> {
  const cases = Array.from({ length: pairs }, (_, seed) => randomAvroPair(seed))
  const input = cases.map(pair => `${JSON.stringify(pair)}\n`).join('')
  const { status, stdout, output } = await run(python, [join(import.meta.dirname, 'peer.py')], { input, timeout: RUN_MS_MAX })
  assert.equal(status, 0, output)
  const answers = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as PeerAnswer)
  assert.equal(answers.length, pairs)
  const counts = { compatible: 0, incompatible: 0, stricter: 0, read: 0, gaps: 0 }
  for (const [seed, { reader, writer, isPlain }] of cases.entries()) {
    const { failed, compatible, avro, fastavro } = answers[seed]
    const found = avroIncompatibilities(parseAvro(JSON.stringify(reader)), parseAvro(JSON.stringify(writer)))
    const foundPlain = avroIncompatibilities(parseAvro(plainText(reader)), parseAvro(plainText(writer)))
    const label = `pair ${seed}: ${JSON.stringify({ writer, reader, found, answer: answers[seed] })}`
    assert.equal(failed, undefined, label)
    // Apache's checker knows no logical types: it takes a decimal of one scale for one of another scale, or for bytes.
    assert.equal(foundPlain.length === 0, compatible, label)
    if (found.length > 0 && compatible) counts.stricter++
    else assert.equal(found.length === 0, compatible, label)
    if (found.length > 0) {
      counts.incompatible++
      continue
    }
    counts.compatible++
    assert.equal(fastavro, null, label)
    if (!isPlain) continue
    if (avro === null) counts.read++
    else if (isKnownGap(avro)) counts.gaps++
    else assert.fail(label)
  }
  const { compatible, incompatible, stricter, read, gaps } = counts
  return (
    `${pairs} pairs, ${compatible} compatible and ${incompatible} incompatible as avro says (${stricter} stricter by logical types); ` +
    `fastavro reads all ${compatible}, avro ${read} of ${read + gaps} that it may`
  )
}

/** A schema as text, without its logical types. */
const plainText = (schema: unknown): string => JSON.stringify(schema, (key, value: unknown) => (key === 'logicalType' ? undefined : value))

if (process.argv[1] === import.meta.filename) {
  const { avroPython, bringPython } = await import('../packages.ts')
  bringPython('avro')
  console.log(await checkAvroAgreement(avroPython(), Number(process.argv[2] ?? 1000)))
}
