import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { predict } from 'spillway/training'
import { scratchFolder } from '../../test/scratch.ts'
import { DAY } from './card-precision.ts'
import { linesOf } from './lines.ts'
import pipeline from './published.ts'
import { fits, labelled, quality, tableText } from './published-table.ts'
import { Simulator } from './simulator.ts'

const folder = scratchFolder('published')

/** A tenth of the published city, without card testing as published. */
const lines = [...linesOf(new Simulator({ customers: 500, terminals: 1000, days: 136, seed: 3, bursts: 0 }), Date.UTC(2018, 3, 1))]
const fileOf = (to: string): string => {
  const path = join(folder, `${to}.ndjson`)
  writeFileSync(path, lines.flatMap(line => (line.to === to ? [line.text] : [])).join(''))
  return path
}
const all = await labelled({ payments: fileOf('payments'), chargebacks: fileOf('labels') })

interface Payment {
  readonly id: string
  readonly card: string
  readonly terminal: string
  readonly amount: number
  readonly at: number
}
const read = <T>(to: string): T[] => lines.flatMap(line => (line.to === to ? [JSON.parse(line.text) as T] : []))
const payments = read<Omit<Payment, 'at'> & { readonly at: string }>('payments').map(row => ({ ...row, at: Date.parse(row.at) }))
const frauds = new Set(read<{ readonly payment: string }>('planted').map(({ payment }) => payment))

test('inputs are the published fifteen, each as its definition says', () => {
  assert.equal(pipeline.ir.models[0].inputs.length, 15)
  const byTerminal = Map.groupBy(payments, ({ terminal }) => terminal)
  const byCard = Map.groupBy(payments, ({ card }) => card)
  const hops = { 1: 600_000, 7: 3_600_000, 30: 21_600_000 } as const
  const within = (paid: readonly Payment[], t: number, days: keyof typeof hops) =>
    paid.filter(({ at }) => at <= t && at >= Math.floor((t - days * DAY) / hops[days]) * hops[days])
  for (let row = payments.length - 1; row >= 0; row -= 997) {
    const { card, terminal, amount, at } = payments[row]
    const input = (name: string) => all.inputs[name][row]
    const day = new Date(at)
    assert.deepEqual(
      [input('amount'), input('weekend'), input('night')],
      [amount, Number([0, 6].includes(day.getUTCDay())), Number(day.getUTCHours() <= 6)],
    )
    for (const days of [1, 7, 30] as const) {
      const mine = within(byCard.get(card)!.slice(0, byCard.get(card)!.indexOf(payments[row]) + 1), at, days)
      const mean = mine.reduce((sum, paid) => sum + Math.round(paid.amount * 100), 0) / mine.length / 100
      assert.deepEqual([input(`card.n${days}d`), input(`card.mean${days}d`)], [mine.length, mean])
      const before = within(byTerminal.get(terminal)!, at - 7 * DAY, days)
      const bad = before.filter(({ id }) => frauds.has(id)).length
      assert.equal(input(`terminal.n${days}d`), before.length)
      assert.deepEqual(input(`risk${days}d`), before.length === 0 ? NaN : bad / before.length)
    }
  }
})

test('the outcome of a payment is the planted one', () => {
  assert.deepEqual(
    [...all.fraud],
    payments.map(({ id }) => Number(frauds.has(id))),
  )
})

test('both models learn from chargebacks what no amount says', () => {
  const text = tableText(all)
  assert.equal(text.length, 7)
  for (const [name, fit] of Object.entries(fits(all))) {
    const metrics = quality(all, fit)
    assert.ok(metrics.auc > 0.75 && metrics.averagePrecision > 0.4, `${name}: ${JSON.stringify(metrics)}`)
    // Nothing else distinguishes terminals that copied cards a week ago.
    const blind = Object.fromEntries(
      Object.entries(all.inputs).map(([input, values]) => [input, input.startsWith('risk') ? values.map(() => NaN) : values]),
    )
    assert.ok(quality({ ...all, inputs: blind }, fit).auc < metrics.auc - 0.02, name)
    assert.ok(predict(fit, all.inputs).every(score => score >= 0 && score <= 1))
  }
})
