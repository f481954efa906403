/** Checks of the Dockerfile that need no container: the copied files, the command, and the health check. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { parseCommand } from '../../src/cli/command/command.ts'
import { runCommand } from '../../src/cli/run/run.ts'
import { listen } from '../action/receiver.ts'

const lines = readFileSync('Dockerfile', 'utf8').split('\n')
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  bin: { spillway: string }
  files: string[]
  engines: { node: string }
}

/** The words after an instruction of the last stage. */
const last = (instruction: string): string => lines.findLast(line => line.startsWith(`${instruction} `))!.slice(instruction.length + 1)
const words = (instruction: string): string[] => JSON.parse(last(instruction)) as string[]

test('the copied files exist, are in the build context, and are the files of the package', () => {
  const copied = lines.filter(line => line.startsWith('COPY ') && !line.includes('--from=')).flatMap(line => line.split(' ').slice(1, -1))
  const letIn = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1))
  assert.deepEqual(copied.toSorted(), letIn.toSorted())
  for (const name of copied) assert.ok(existsSync(name), name)
  for (const name of manifest.files.filter(name => name !== 'dist' && !name.startsWith('!'))) assert.ok(copied.includes(name), name)
})

test("it starts the package's command, on the exposed port, in the volume, not as root", () => {
  assert.equal(words('ENTRYPOINT').at(-1), `node_modules/spillway/${manifest.bin.spillway}`)
  const [name, ...args] = words('CMD')
  assert.equal(name, runCommand.name)
  const { values, pipeline, positionals } = parseCommand(runCommand, args)
  assert.deepEqual({ ...(values as object) }, { data: last('VOLUME'), listen: `0.0.0.0:${last('EXPOSE')}` })
  assert.deepEqual([pipeline, positionals], ['pipeline.ts', []])
  assert.deepEqual([last('USER'), last('STOPSIGNAL')], ['node', 'SIGTERM'])
  const images = lines.filter(line => line.startsWith('FROM ')).map(line => line.split(' ')[1])
  assert.deepEqual([...new Set(images)], [`node:${/\d+/.exec(manifest.engines.node)![0]}-slim`])
})

test('the health check tells a server that answers from one that does not', async () => {
  const [node, ...args] = JSON.parse(last('HEALTHCHECK').split(' CMD ')[1]) as string[]
  assert.equal(node, 'node')
  const status = async (port: number): Promise<number> => {
    const child = spawn(
      process.execPath,
      args.map(arg => arg.replace(`:${last('EXPOSE')}/`, `:${port}/`)),
      { stdio: 'ignore' },
    )
    return ((await once(child, 'exit')) as [number])[0]
  }
  let answer = 200
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? answer : 404).end())
  const port = await listen(server)
  assert.equal(await status(port), 0)
  answer = 503
  assert.equal(await status(port), 1)
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  assert.equal(await status(port), 1)
})
