/** The questions of `init` on a terminal: Enter accepts, an answer overrides, and a wrong answer is explained and asked again. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { sampleRecords, schemaOfSample, type InferOptions } from '../../files/index.ts'
import { interview } from './interview.ts'

const folder = scratchFolder('interview')
const ROWS = 60

/** The options after some answers, and the questions. */
async function answered(flags: InferOptions, ...answers: readonly string[]) {
  const path = join(folder, 'orders.csv')
  const rows = Array.from(
    { length: ROWS },
    (_, i) => `0${1 + (i % 9)}/03/2025,c${i % 7},s${i % 3},1,${100 + i},${i % 4 === 0 ? 'y' : 'n'},${i % 5 === 0 ? 1 : 0}`,
  )
  writeFileSync(
    path,
    ['day;customer;shop;weight;late;returned', ...rows.map(row => row.replaceAll(',', ';').replace(';1;', ';1,'))].join('\n'),
  )
  const sample = await sampleRecords(path)
  const questions: string[] = []
  const remaining = [...answers]
  const options = await interview(sample, flags, async question => {
    questions.push(question)
    return remaining.shift() ?? ''
  })
  return { questions, options, schema: schemaOfSample(sample, options) }
}

test('Enter accepts each inference, which is shown with its evidence', async () => {
  const { questions, options } = await answered({})
  assert.deepEqual(options, {})
  assert.equal(questions.length, 5)
  assert.match(
    questions[0],
    /^Enter accepts the answer in \[brackets\]\.\norders\.csv:2: weight is text for now: "1,100" is ambiguous.*\nDecimal separator, comma or point \[as it is\]: $/,
  )
  assert.match(
    questions[1],
    /^orders\.csv:2: day: "01\/03\/2025" is read with the month first, .*\nDates, day-first or month-first \[as it is\]: $/,
  )
  assert.match(questions[2], /^day: the only time that every record has\.\nEvent time \[day\]: $/)
  assert.match(questions[3], /^customer: 7 distinct values in 60 records, .*\nKey, a column or none \[customer\]: $/)
  assert.match(
    questions[4],
    /^returned: its name suggests .*20 % of the records\. Other candidates: late\.\nOutcome, COLUMN, COLUMN=VALUE or none \[returned\]: $/,
  )
})

test('answers override, and a wrong answer is explained and asked again', async () => {
  const { questions, schema } = await answered({}, 'comma', 'day-first', 'customer', 'day', 'shops', 'shop', 'late=n')
  assert.match(
    questions[3],
    /^orders\.csv has string values in "customer", and --time needs times \(.*\); name a different column\nday: the only time/,
  )
  assert.match(questions[5], /^orders\.csv has no column "shops"; did you mean 'shop'\?\n/)
  assert.deepEqual(
    [
      schema.columns[0].timeFormat,
      schema.columns[3].numbers,
      schema.key?.column,
      schema.outcomes.map(({ column, truth }) => [column, truth]),
    ],
    ['dmy', 'comma', 'shop', [['late', false]]],
  )
  assert.deepEqual(schema.unclear, [])
})

test('a question that an option answers is left out', async () => {
  const flags: InferOptions = { numbers: 'comma', dates: 'dmy', time: 'day', key: null, outcome: 'late' }
  assert.deepEqual(await answered(flags).then(({ questions, options }) => [questions, options]), [[], flags])
  const { options } = await answered({ ...flags, key: undefined, outcome: undefined }, 'none', 'none')
  assert.deepEqual([options.key, options.outcome], [null, null])
})
