/** A pipeline with every kind of definition, and the validation of events against the published schemas of OpenLineage. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { RunEvent } from '../../src/openlineage/run-event.ts'
import {
  action,
  appendTo,
  batch,
  count,
  entity,
  every,
  features,
  happens,
  hybrid,
  labelFrom,
  model,
  on,
  pipeline,
  report,
  request,
  rules,
  source,
  stream,
  t,
} from '../../src/index.ts'

const card = entity('card', t.string())
export const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2), shop: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
export const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  owner: 'risk',
  description: 'Payments of a card in the last hour.',
  values: p => ({ n: count('1h'), large: p.amount.sum('1h', { where: p.shop.eq('x') }), last: p.amount.lastK(3, '1h') }),
})
const month = features('month', { from: payments, entity: card, place: hybrid(every('1h')), values: p => ({ spent: p.amount.sum('30d') }) })
const year = features('year', { from: payments, entity: card, place: batch(every('1d')), values: p => ({ spent: p.amount.sum('365d') }) })
export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({
    amount: p.amount,
    now: now.of(p.card).n,
    month: month.of(p.card).spent,
    share: p.amount.dividedBy(month.of(p.card).spent),
  }),
  score: v => rules([{ when: v.now.gt(3), score: 1 }], 0),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
  train: { algorithm: 'logistic' },
})
const check = model('check', {
  decide: request({ card, amount: t.int() }),
  inputs: r => ({ amount: r.amount, large: now.of(r.card).large }),
  score: v => rules([{ when: v.amount.gt(3), score: 1 }], 0),
})
const nightly = model('nightly', {
  decide: every('1d', card, { live: '7d' }),
  inputs: k => ({ n: now.of(k.card).n, spent: year.of(k.card).spent }),
  score: v => rules([{ when: v.n.gt(3), score: 1 }], 0),
  label: happens(payments, { by: 'card', within: '2d' }),
})
const decline = action('decline', { when: fraud.score.gt(0.5), do: appendTo('declined.ndjson') })
export const daily = report('daily', { of: nightly, at: every('1d'), orderBy: { score: 'descending' }, limit: 10 })
const busy = report('busy', { of: { now }, at: every('1d'), live: '7d', where: row => row.vector.now.n.gt(3) })

/** Every kind of source, placement, trigger, label, action and report. */
export const catalog = pipeline('shop', [fraud, check, nightly, decline, daily, busy])

const schemas = join(import.meta.dirname, 'schemas')
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
for (const file of readdirSync(schemas))
  if (file.endsWith('.json')) ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), 'utf8')) as object)

const validatorOf = (address: string): ValidateFunction => {
  const validate = ajv.getSchema(address)
  if (!validate) throw new Error(`no schema ${address}`)
  return validate
}

/** The violations of an event, and of each of its facets by the schema that the facet names. */
export function violationsOf(event: RunEvent): string[] {
  const text = (validate: ValidateFunction, value: unknown): string[] =>
    validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  return [
    ...text(validatorOf(event.schemaURL.replace('#/$defs/RunEvent', '')), event),
    ...text(validatorOf(event.schemaURL), event),
    ...facetsOf(event).flatMap(({ name, facet }) =>
      text(validatorOf(String(facet._schemaURL)), facet).map(problem => `${name}: ${problem}`),
    ),
  ]
}

/** All facets of an event. */
export function facetsOf({
  run,
  job,
  inputs,
  outputs,
}: RunEvent): { readonly name: string; readonly facet: Readonly<Record<string, unknown>> }[] {
  const datasets = [...inputs, ...outputs].flatMap(({ facets, inputFacets = {}, outputFacets = {} }) => [facets, inputFacets, outputFacets])
  return [run.facets, job.facets, ...datasets].flatMap(facets => Object.entries(facets).map(([name, facet]) => ({ name, facet })))
}
