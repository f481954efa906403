/**
 * Agreement of the Avro decoder with `fastavro` (PyPI): random schemas, random readers of them, random values that fastavro writes. Run it
 * by itself with a number of pairs: `node test/kafka-formats/avro-agreement.ts 2000`. With `--save` the answers become those of the golden
 * test.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MalformedValue } from '../../src/kafka/records/malformed-value.ts'
import { avroSchema } from '../../src/kafka/format/avro/avro-decoder.ts'
import { avroIncompatibilities } from '../../src/schema/avro/compare-avro.ts'
import { parseAvro } from '../../src/schema/avro/parse-avro.ts'
import { run } from '../external/program.ts'
import { assertSameRows, randomSource } from './cell-agreement.ts'
import { damagedCopies } from './damaged-copies.ts'
import { type AvroCase, randomAvroCase } from './random-avro.ts'
import { assertSameValue, type TaggedValue } from './tagged-value.ts'

const RUN_MS_MAX = 300_000

/** A pair of schemas, and the values that the peer reads from its bytes. */
export interface AvroAnswer {
  readonly pair: AvroCase
  readonly failed?: string
  readonly records: readonly { readonly hex: string; readonly value?: TaggedValue; readonly error?: string }[]
}

/** The peer's answers about `pairs` pairs. */
export async function avroAnswers(python: string, pairs: number): Promise<readonly AvroAnswer[]> {
  const cases = Array.from({ length: pairs }, (_, seed) => randomAvroCase(seed))
  const input = cases.map(pair => `${JSON.stringify(pair)}\n`).join('')
  const { status, stdout, output } = await run(python, [join(import.meta.dirname, 'avro-peer.py')], { input, timeout: RUN_MS_MAX })
  assert.equal(status, 0, output)
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, pairs)
  return lines.map((line, i) => ({ pair: cases[i], ...(JSON.parse(line) as Omit<AvroAnswer, 'pair'>) }))
}

/** Checks answers of the peer; returns the counts as text. */
export async function checkAvroAnswers(answers: readonly AvroAnswer[]): Promise<string> {
  const counts = { read: 0, rejected: 0, stricter: 0, looser: 0, damaged: 0 }
  const cellCounts = { rows: 0, rejected: 0, cells: 0 }
  for (const [seed, { pair, failed, records }] of answers.entries()) {
    const [writer, reader] = [JSON.stringify(pair.writer), JSON.stringify(pair.reader)]
    assert.equal(failed, undefined, `pair ${seed}: ${writer}`)
    const readerType = parseAvro(reader)
    const { decode } = avroSchema(writer, readerType)
    const isCompatible = avroIncompatibilities(readerType, parseAvro(writer)).length === 0
    const copies: Buffer[] = []
    for (const { hex, value, error } of records) {
      const bytes = Buffer.from(hex, 'hex')
      const label = `pair ${seed}, bytes ${hex}: ${JSON.stringify({ writer, reader, error })}`
      const decoded = decodedOrProblem(() => decode(bytes, 0, bytes.length))
      if (decoded instanceof MalformedValue) {
        assert.ok(!isCompatible, `${label}: ${decoded.message}`)
        if (error === undefined) counts.stricter++
        else counts.rejected++
      } else if (error !== undefined) {
        // A list without items, say, whose items could not be read.
        assert.ok(!isCompatible, label)
        counts.looser++
      } else {
        assertSameValue(decoded, value!, label)
        counts.read++
      }
      copies.push(bytes)
      for (const copy of damagedCopies(bytes, seed)) {
        decodedOrProblem(() => decode(copy, 0, copy.length))
        copies.push(copy)
      }
    }
    counts.damaged += copies.length - records.length
    const names = (JSON.parse(writer) as { fields: { name: string }[] }).fields.map(({ name }) => name)
    await assertSameRows(
      cellSource => avroSchema(writer, undefined, cellSource),
      randomSource(names, seed),
      copies,
      `pair ${seed}`,
      cellCounts,
    )
  }
  const { read, rejected, stricter, looser, damaged } = counts
  const { rows, cells } = cellCounts
  return (
    `${answers.length} pairs: ${read} values read as fastavro reads them, ${rejected} rejected as there, ${stricter} of incompatible schemas ` +
    `rejected that it reads, ${looser} read that it rejects; ${damaged} damaged copies decoded or rejected; ` +
    `${rows} rows and ${cellCounts.rejected} rejections the same on both paths, ${cells} records decoded into cells`
  )
}

/** The result, or the reason of a rejection. Any other error is thrown. */
export function decodedOrProblem(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedValue) return error
    throw error
  }
}

if (process.argv[1] === import.meta.filename) {
  const { avroPython, bringPython } = await import('../external/packages.ts')
  bringPython('avro')
  const answers = await avroAnswers(avroPython(), Number(process.argv[2] ?? 500))
  console.log(await checkAvroAnswers(answers))
  const text = answers.map(answer => `${JSON.stringify(answer)}\n`).join('')
  if (process.argv.includes('--save')) writeFileSync(join(import.meta.dirname, 'golden-avro.ndjson'), text)
}
