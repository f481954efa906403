import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { Between, ended } from '../../../test/postgres/between.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { openClient } from './client.ts'

const server = ownServer()

test('a missing package is an error that says what to install', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'postgres') throw Object.assign(new Error(`Cannot find package 'postgres'`), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(specifier, context)
    },
  })
  try {
    await assert.rejects(openClient({}), { code: 'SPILL_PACKAGE', message: /needs the package 'postgres': npm install postgres@3$/ })
  } finally {
    hooks.deregister()
  }
})

for (const problem of ['waits for a lock', 'never answers'])
  test(`a client that was ended does not hold up the end of its process: its server ${problem}`, { skip }, () =>
    server().withClient(1, async sql => {
      await sql`CREATE TABLE IF NOT EXISTS locked ()`
      await sql.unsafe('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
      const between = await Between.open(server().host)
      between.isSilent = problem === 'never answers'
      const database = { ...databaseAt(server()), host: between.host }
      const program = `
        import { openClient } from ${JSON.stringify(import.meta.resolve('./client.ts'))}
        const client = await openClient(${JSON.stringify(database)})
        client\`SELECT FROM locked\`.catch(error => console.log(error.code))
        setTimeout(() => client.end({ timeout: 0 }), 500)`
      const child = spawn(process.execPath, ['-C', 'spillway-source', '--input-type=module', '-e', program])
      let output = ''
      child.stdout.on('data', text => (output += text))
      const exit = new Promise<void>(resolve => child.once('close', () => resolve()))
      assert.equal(await ended(exit), 'ended')
      assert.equal(output, 'CONNECTION_DESTROYED\n')
      between.close()
      await sql.unsafe('ROLLBACK')
    }),
  )

test('a replication connection has its own timeouts, whatever those of the server', { skip }, async () => {
  await server().withClient(1, sql => sql`ALTER ROLE spillway SET idle_in_transaction_session_timeout = '1s'`)
  const replication = await openClient(databaseAt(server()), true)
  const settingOf = async (name: string) => Object.values((await replication.unsafe(`SHOW ${name}`))[0])
  assert.deepEqual(await settingOf('wal_sender_timeout'), ['1min'])
  assert.deepEqual(await settingOf('idle_in_transaction_session_timeout'), ['0'])
  await replication.end({ timeout: 0 })
  await server().withClient(1, sql => sql`ALTER ROLE spillway RESET idle_in_transaction_session_timeout`)
})
