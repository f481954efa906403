/** The decoders on values that fastavro and Google's protobuf wrote, as these read them: some of the cases of `npm run test:external`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type AvroAnswer, checkAvroAnswers } from './avro-agreement.ts'
import { checkProtobufAnswers, type ProtobufAnswer } from './protobuf-agreement.ts'

const answersIn = (name: string): unknown[] =>
  readFileSync(join(import.meta.dirname, name), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)

/** At least one record of each case was read, rejected, and decoded into cells. */
const isWhole = (text: string): boolean => !/(?<!\d)0 (?:values|rejected as|damaged|rows|records)/.test(text)

test('values of Avro, and damaged copies of them', async t => {
  const counts = await checkAvroAnswers(answersIn('golden-avro.ndjson') as AvroAnswer[])
  t.diagnostic(counts)
  assert.ok(isWhole(counts), counts)
})

test('values of Protobuf, and damaged copies of them', async t => {
  const counts = await checkProtobufAnswers(answersIn('golden-protobuf.ndjson') as ProtobufAnswer[])
  t.diagnostic(counts)
  assert.ok(isWhole(counts), counts)
})
