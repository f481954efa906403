/** A process that runs the pipeline of `catalog.ts` in a folder, `killed-run.ts FOLDER`, and sends its events to a file, until it is killed. */
import { join } from 'node:path'
import { run } from 'spillway/run'
import { existsSync, readFileSync } from 'node:fs'
import { pause } from '../../src/base/clock.ts'
import { catalog, payments } from './catalog.ts'

const [, , folder] = process.argv
const file = join(folder, 'events.ndjson')
const running = await run(catalog, { data: folder, openlineage: { file, namespace: 'test' }, env: {} })
await running.submit(payments, [{ id: '1', card: 'c', amount: 1, shop: 'x', at: Date.now() }])
const isStarted = (): boolean => existsSync(file) && readFileSync(file, 'utf8').includes('shop.act.decline')
while (!isStarted()) await pause(5)
process.stdout.write('ready\n')
