import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { count, features, linear, model, pipeline, request, source, stream } from '../../index.ts'
import { entity } from './entity.ts'
import { t } from './t.ts'

test('a column carries its type, bounds and nullability, in physical values', () => {
  assert.deepEqual(t.string().ir, { type: 'string', nullable: false })
  assert.deepEqual(t.string({ maxBytes: 9 }).nullable().ir, { type: 'string', maxBytes: 9, nullable: true })
  assert.deepEqual(t.int({ min: 0, max: 10 }).ir, { type: 'int', min: 0, max: 10, nullable: false })
  assert.deepEqual(t.decimal(2, { min: -0.05, max: '12.5' }).ir, { type: 'decimal', scale: 2, min: -5, max: 1250, nullable: false })
  assert.deepEqual(t.double({ min: 10, max: 600.5 }).nullable().ir, { type: 'double', min: 10, max: 600.5, nullable: true })
  assert.deepEqual(t.timestamp({ zone: 'Europe/Zurich' }).ir, { type: 'timestamp', zone: 'Europe/Zurich', nullable: false })
  assert.deepEqual(t.duration({ min: 0, max: '2h' }).ir, { type: 'duration', min: 0, max: 7_200_000, nullable: false })
  assert.deepEqual(t.enum(['chip', 'web']).ir, { type: 'string', values: ['chip', 'web'], nullable: false })
  assert.deepEqual(t.bool().ir, { type: 'bool', nullable: false })
})

test('columns cannot be changed', () => {
  assert.throws(() => Object.assign(t.string().ir, { type: 'int' }), TypeError)
  assert.throws(() => (t.enum(['a']).ir.values as string[]).push('b'), TypeError)
})

test('bounds that a column cannot hold are rejected', () => {
  rejects(() => t.int({ min: 0.5 }), 't.int: min 0.5 is not a safe integer')
  rejects(() => t.int({ max: 2 ** 53 }), /max 9007199254740992 is not a safe integer/)
  rejects(() => t.decimal(2, { min: 0.005 }), 't.decimal(2): min 0.005 is not exact at 2 digits')
  rejects(() => t.decimal(16), /0 to 15, got 16/)
  rejects(() => t.decimal(1.5), /0 to 15, got 1.5/)
  rejects(() => t.double({ max: Infinity }), /is not a finite number/)
  rejects(() => t.double({ min: 2, max: 1 }), 't.double: min 2 is above max 1')
  rejects(() => t.double({ mni: 2 } as never), "t.double has no option 'mni'; did you mean 'min'?")
  rejects(() => t.double({ nullable: true } as never), "t.double has no option 'nullable'; write .nullable() after it")
  // @ts-expect-error -- that is no option
  rejects(() => t.string({ nullable: true }), "t.string has no option 'nullable'; write .nullable() after it")
  for (const maxBytes of [0, -1, 1.5, NaN, 2 ** 20 + 1, '9' as never])
    rejects(() => t.string({ maxBytes }), /t\.string: maxBytes is an integer from 1 to 1048576, got/)
  // @ts-expect-error -- a bool takes no options
  rejects(() => t.bool({ min: 1 }), "t.bool has no option 'min'")
  rejects(() => t.duration({ max: '5 minutes' as never }), /is not milliseconds or text such as '5m'/)
  rejects(() => t.timestamp({ zone: 'Mars/Olympus' }), /'Mars\/Olympus' is no time zone/)
  rejects(() => t.enum([]), /needs a list of strings/)
  rejects(() => t.enum(['a', 'b', 'a']), "t.enum has 'a' twice")
})

test('an entity is a branded column', () => {
  const card = entity('card', t.string())
  assert.deepEqual(card.ir, { type: 'string', entity: 'card', nullable: false })
  assert.deepEqual(card.nullable().ir, { type: 'string', entity: 'card', nullable: true })
  assert.equal(entity('airport', t.enum(['ZRH', 'GVA'])).ir.values?.length, 2)
  rejects(() => entity('my card', t.string()), /'my card' is no name/)
  rejects(() => entity('card', t.double() as never), "entity 'card' must be a t.string(), t.enum([…]) or t.int(), got a double")
  rejects(() => entity('card', 'string' as never), /got no column/)
  rejects(() => entity('card', t.string().nullable()), /make the column of the schema nullable instead: card.nullable\(\)/)
})

test('a personal column is marked beside the columns, and changes neither them nor a fingerprint', () => {
  const patient = entity('patient', t.string().personal())
  const plain = entity('patient', t.string())
  const schemaOf = (who: typeof patient, name: ReturnType<typeof t.string>) => ({ who, name: name.nullable(), at: t.timestamp() })
  const of = (who: typeof patient, name: ReturnType<typeof t.string>) => {
    const visits = source('visits', { schema: schemaOf(who, name), key: 'who', time: 'at' })
    const recent = features('recent', { from: visits, entity: who, place: stream, values: () => ({ n: count('1h') }) })
    const risk = model('asked', {
      decide: request({ who, name }),
      inputs: r => ({ n: recent.of(r.who).n }),
      score: linear({ intercept: 0, weights: { n: 1 } }),
    })
    return pipeline('clinic', [risk])
  }
  const [marked, unmarked] = [of(patient, t.string().personal()), of(plain, t.string())]
  assert.deepEqual(marked.ir.sources[0].personal, ['who', 'name'])
  assert.deepEqual(marked.ir.sources[0].columns, unmarked.ir.sources[0].columns)
  assert.equal('personal' in unmarked.ir.sources[0], false)
  const { decide } = marked.ir.models[0]
  assert.deepEqual(decide.kind === 'request' && decide.personal, ['who', 'name'])
  assert.equal(marked.fingerprint, unmarked.fingerprint)
})
