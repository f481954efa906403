/**
 * Agreement of the Protobuf decoder with Google's `protobuf` (PyPI): random files, random readers of them, random messages that it writes,
 * also merged and damaged ones. Run it by itself with a number of pairs: `node test/kafka-formats/protobuf-agreement.ts 2000`. With
 * `--save` the answers become those of the golden test.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MalformedValue } from '../../src/kafka/records/malformed-value.ts'
import { protobufSchema } from '../../src/kafka/format/protobuf/protobuf-decoder.ts'
import { parseProtobuf } from '../../src/schema/protobuf/parse-protobuf.ts'
import type { ProtoMessage } from '../../src/schema/protobuf/proto-file.ts'
import { run } from '../external/program.ts'
import { decodedOrProblem } from './avro-agreement.ts'
import { assertSameRows, randomSource } from './cell-agreement.ts'
import { damagedCopies } from './damaged-copies.ts'
import { type ProtobufCase, randomProtobufCase } from './random-protobuf.ts'
import { assertSameValue, type TaggedValue } from './tagged-value.ts'

const RUN_MS_MAX = 300_000

/** A pair of files, and the values that the peer reads from its bytes. */
export interface ProtobufAnswer {
  readonly pair: ProtobufCase
  readonly records: readonly { readonly hex: string; readonly value?: TaggedValue; readonly error?: string }[]
}

/** Rejections of values that the peer reads: text that is none, times out of their range, integers of more than 64 bits. */
const isOwnRule = (problem: string): boolean => /not UTF-8|nanos|nested more than|more than 64 bits/.test(problem)

/** The peer's answers about `pairs` pairs. */
export async function protobufAnswers(python: string, pairs: number): Promise<readonly ProtobufAnswer[]> {
  const cases = Array.from({ length: pairs }, (_, seed) => randomProtobufCase(seed))
  const input = cases.map(pair => `${JSON.stringify(pair)}\n`).join('')
  const { status, stdout, output } = await run(python, [join(import.meta.dirname, 'protobuf-peer.py')], { input, timeout: RUN_MS_MAX })
  assert.equal(status, 0, output)
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, pairs)
  return lines.map((line, i) => ({ pair: cases[i], ...(JSON.parse(line) as Omit<ProtobufAnswer, 'pair'>) }))
}

/** Checks answers of the peer; returns the counts as text. */
export async function checkProtobufAnswers(answers: readonly ProtobufAnswer[]): Promise<string> {
  const counts = { read: 0, rejected: 0, stricter: 0, damaged: 0 }
  const cellCounts = { rows: 0, rejected: 0, cells: 0 }
  for (const [seed, { pair, records }] of answers.entries()) {
    const { reader, indexes } = pair
    const { decode } = protobufSchema(reader)
    const copies: Buffer[] = []
    for (const { hex, value, error } of records) {
      const bytes = Buffer.concat([messagePlace(indexes), Buffer.from(hex, 'hex')])
      const label = `pair ${seed}, bytes ${hex}: ${JSON.stringify({ pair, error })}`
      const decoded = decodedOrProblem(() => decode(bytes, 0, bytes.length))
      if (!(decoded instanceof MalformedValue)) {
        assert.equal(error, undefined, label)
        assertSameValue(decoded, value!, label)
        counts.read++
      } else if (error === undefined) {
        assert.ok(isOwnRule(decoded.message), `${label}: ${decoded.message}`)
        counts.stricter++
      } else counts.rejected++
      copies.push(bytes)
      for (const copy of damagedCopies(bytes, seed)) {
        decodedOrProblem(() => decode(copy, 0, copy.length))
        copies.push(copy)
      }
    }
    counts.damaged += copies.length - records.length
    const source = randomSource(
      messageOf(pair).fields.map(({ name }) => name),
      seed,
    )
    await assertSameRows(
      cellSource => protobufSchema(reader, cellSource),
      source,
      copies,
      `pair ${seed}: ${JSON.stringify(source)}`,
      cellCounts,
    )
  }
  const { read, rejected, stricter, damaged } = counts
  const { rows, cells } = cellCounts
  return (
    `${answers.length} pairs: ${read} values read as protobuf reads them, ${rejected} rejected as there, ${stricter} rejected by a rule of ` +
    `sources; ${damaged} damaged copies decoded or rejected; ${rows} rows and ${cellCounts.rejected} rejections the same on both paths, ` +
    `${cells} records decoded into cells`
  )
}

/** The message of the values in the reader's file. */
function messageOf({ reader, indexes }: ProtobufCase): ProtoMessage {
  const [first, ...inner] = indexes
  return inner.reduce((message, index) => message.nested[index], [...parseProtobuf(reader).messages.values()][first])
}

/** The place of a message behind the schema id, as Confluent's serializers write it. */
export function messagePlace(indexes: readonly number[]): Buffer {
  if (indexes.length === 1 && indexes[0] === 0) return Buffer.from([0])
  return Buffer.from([indexes.length * 2, ...indexes.map(index => index * 2)])
}

if (process.argv[1] === import.meta.filename) {
  const { bringPython, protobufPython } = await import('../external/packages.ts')
  bringPython('protobuf')
  const answers = await protobufAnswers(protobufPython(), Number(process.argv[2] ?? 500))
  console.log(await checkProtobufAnswers(answers))
  const text = answers.map(answer => `${JSON.stringify(answer)}\n`).join('')
  if (process.argv.includes('--save')) writeFileSync(join(import.meta.dirname, 'golden-protobuf.ndjson'), text)
}
