/** Scores and effects of the user's own runtimes and destinations: what compiles, and what must not. */
import { action, model, on } from 'spillway'
import { destination, scoreWith, type Destination, type ModelRuntime } from 'spillway/ports'
import { payments } from './payments.ts'

declare const constant: ModelRuntime<number>
declare const open: (topic: string) => Destination
const decide = on(payments)

const fraud = model('m', { decide, inputs: p => ({ amount: p.amount }), score: scoreWith(constant, { definition: 1 }) })
model('m', { decide, inputs: p => ({ amount: p.amount }), score: scoreWith(constant, { definition: 1, inputs: ['amount'] }) })
// @ts-expect-error no such input
model('m', { decide, inputs: p => ({ amount: p.amount }), score: scoreWith(constant, { definition: 1, inputs: ['amont'] }) })
// @ts-expect-error a definition of another runtime
scoreWith(constant, { definition: 'one' })

const kafka = destination({ name: 'kafka', settings: { topic: 'alerts' }, open: ({ topic }) => open(topic) })
action('a', { when: fraud.score.gte(0.5), do: kafka })
// @ts-expect-error no such setting
destination({ name: 'kafka', settings: { topic: 'alerts' }, open: ({ topik }) => open(topik) })
// @ts-expect-error no destination
destination({ name: 'kafka', open: () => ({ concurrency: 1 }) })
