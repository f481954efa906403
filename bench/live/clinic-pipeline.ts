/**
 * The glucose example's clinic over unrevised readings: resent and replaced readings are the example's subject, and would be its cost here.
 * Readings have ids, and a reading sent twice within an hour counts once.
 */
import { clinic, columns } from '../../examples/glucose/glucose.ts'
import { source } from '../../src/index.ts'

const readings = source('readings', { schema: columns, key: 'patient', time: 'at', id: 'id' })

export const ward = clinic('clinic', readings).pipeline
