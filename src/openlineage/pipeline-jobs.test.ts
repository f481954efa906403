/** Jobs of a pipeline with every kind of definition: valid events, and column lineage that leads where `lineageOf` leads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog, violationsOf } from '../../test/openlineage/catalog.ts'
import { lineageAround, lineageOf } from '../operate/index.ts'
import type { InputField, LineageFields } from './column-lineage.ts'
import { PipelineJobs } from './pipeline-jobs.ts'
import { type LineageJob, runEventOf, runIdOf } from './run-event.ts'

const jobs = new PipelineJobs(catalog.ir, 'test', 'file:///data')
const all = [
  jobs.pipeline(),
  ...jobs.stages(),
  jobs.batchRun('month')!,
  jobs.batchRun('year')!,
  jobs.training('fraud')!,
  jobs.report('daily')!,
  jobs.report('busy')!,
  jobs.reconciliation(),
  jobs.backfill(['now', 'month'], '/offline'),
]

test('every job makes a valid event', () => {
  for (const job of all) assert.deepEqual(violationsOf(runEventOf({ type: 'START', at: 0, runId: runIdOf(job.name) }, job)), [], job.name)
})

test('stages lead from sources to actions; a group without stream has a batch run alone', () => {
  assert.deepEqual(
    jobs.stages().map(({ name, inputs, outputs }) => [name, inputs.map(input => input.name), outputs.map(output => output.name)]),
    [
      ['shop.ingest.payments', [], ['shop.events.payments']],
      ['shop.ingest.chargebacks', [], ['shop.events.chargebacks']],
      ['shop.compute.now', ['shop.events.payments'], ['shop.features.now']],
      ['shop.compute.month', ['shop.events.payments'], ['shop.features.month']],
      [
        'shop.decide.fraud',
        ['shop.events.payments', 'shop.features.now', 'shop.features.month', 'shop.parameters.fraud'],
        ['shop.decisions.fraud'],
      ],
      ['shop.decide.check', ['shop.requests.check', 'shop.features.now'], ['shop.decisions.check']],
      ['shop.decide.nightly', ['shop.events.payments', 'shop.features.now', 'shop.features.year'], ['shop.decisions.nightly']],
      ['shop.act.decline', ['shop.decisions.fraud'], ['shop.effects.decline']],
    ],
  )
})

test('names of unknown definitions have no job', () => {
  for (const job of [jobs.batchRun('gone'), jobs.training('check'), jobs.report('gone')]) assert.equal(job, undefined)
})

test('column lineage names only fields that an input of the same job has', () => {
  for (const { name, inputs, outputs } of all)
    for (const output of outputs)
      for (const { name: dataset, field } of inputFieldsOf(output.facets.columnLineage as unknown as LineageFields | undefined)) {
        const input = inputs.find(candidate => candidate.name === dataset)
        assert.ok(input, `${name}: ${dataset} is no input`)
        const { fields } = input.facets.schema as unknown as { readonly fields: readonly { readonly name: string }[] }
        assert.ok(
          fields.some(candidate => candidate.name === field),
          `${name}: ${dataset} has no field ${field}`,
        )
      }
})

test('every field of an output has column lineage, but for the time of a decision', () => {
  for (const { name, outputs } of all.filter(({ name }) => !name.startsWith('shop.ingest')))
    for (const { facets } of outputs) {
      const { fields } = facets.schema as unknown as { readonly fields: readonly { readonly name: string }[] }
      const traced = Object.keys((facets.columnLineage as unknown as LineageFields).fields)
      assert.deepEqual(new Set([...traced, 't']), new Set([...fields.map(field => field.name), 't']), name)
    }
})

test('the columns behind each feature, score, action and report are those of lineageOf', () => {
  const whole = lineageOf(catalog.ir)
  for (const [node, dataset] of [
    ...catalog.ir.groups.flatMap(({ name, features }) =>
      features.map(feature => [`feature ${name}.${feature.name}`, `shop.features.${name}`, feature.name] as const),
    ),
    ...catalog.ir.models.map(({ name }) => [`model ${name}`, `shop.decisions.${name}`] as const),
    ['action decline', 'shop.effects.decline'] as const,
    ['report daily', 'shop.reports.daily'] as const,
    ['report busy', 'shop.reports.busy'] as const,
  ].map(([node, dataset, field]) => [node, { dataset, field }] as const)) {
    const expected = lineageAround(whole, node, 'up').nodes.filter(({ kind }) => kind === 'column')
    assert.deepEqual(
      [...columnsBehind(dataset.dataset, dataset.field)].sort(),
      expected.map(({ name }) => name.replace('.', ' ')).sort(),
      node,
    )
  }
})

const inputFieldsOf = (lineage: LineageFields | undefined): InputField[] =>
  lineage ? [...Object.values(lineage.fields).flatMap(({ inputFields }) => inputFields), ...lineage.dataset] : []

/** `SOURCE COLUMN` of all columns behind a field of a dataset, or behind all of its fields, through every job that writes one of them. */
function columnsBehind(dataset: string, field: string | undefined, seen = new Set<string>()): Set<string> {
  const id = `${dataset} ${field ?? '*'}`
  if (seen.has(id)) return new Set()
  seen.add(id)
  if (dataset.startsWith('shop.events.')) return new Set([`${dataset.slice('shop.events.'.length)} ${field}`])
  const columns = new Set<string>()
  for (const output of all.flatMap((job: LineageJob) => job.outputs).filter(({ name }) => name === dataset)) {
    const lineage = output.facets.columnLineage as unknown as LineageFields
    const own =
      field === undefined ? Object.values(lineage.fields).flatMap(({ inputFields }) => inputFields) : lineage.fields[field].inputFields
    for (const input of [...own, ...(lineage.dataset ?? [])])
      for (const column of columnsBehind(input.name, input.field, seen)) columns.add(column)
  }
  return columns
}
