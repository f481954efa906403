/** Settings of a project: what compiles, and what must not. */
import { defineConfig } from 'spillway/config'

defineConfig({ pipeline: 'pipeline.ts', data: 'data', listen: 7070 })
defineConfig({ sources: { payments: { history: ['a.csv', 'b.csv'], columns: { amount: 'value' }, feed: 'pg:payments' } } })
defineConfig({ profiles: { production: { listen: '0.0.0.0:7070', sources: { payments: { feed: 'pg:payments' } } } } })
// @ts-expect-error no such setting
defineConfig({ pipline: 'pipeline.ts' })
// @ts-expect-error no such setting of a source
defineConfig({ sources: { payments: { histroy: 'a.csv' } } })
// @ts-expect-error a profile has no profiles
defineConfig({ profiles: { production: { profiles: {} } } })
// @ts-expect-error a column has the name of a field
defineConfig({ sources: { payments: { columns: { amount: 5 } } } })
