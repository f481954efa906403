/** A folder with this checkout installed as the package `spillway`, unbuilt; its commands run in separate processes. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const root = resolve(import.meta.dirname, '../..')

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export class Project {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'spillway-cli-'))
  /** The file of the command. */
  readonly bin: string = join(root, 'src/cli/bin.ts')

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.link('node_modules/spillway', '.')
    this.write('package.json', '{ "type": "module" }')
    for (const [name, content] of Object.entries(files)) this.write(name, content)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  lines(name: string): unknown[] {
    return this.read(name)
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
  }

  /** Links a file or folder of this checkout at a path of the project. */
  link(name: string, target: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    symlinkSync(join(root, target), this.path(name))
  }

  spillway(...args: readonly string[]): Promise<Ran> {
    return this.node([this.bin, ...args])
  }

  node(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.run(process.execPath, args, options)
  }

  shell(command: string): Promise<Ran> {
    return this.run('bash', ['-c', command])
  }

  /** Runs in the folder, or in a subfolder, with the condition under which `spillway` is this checkout's sources. */
  async run(command: string, args: readonly string[], { cwd = '.', env = {} }: RunOptions = {}): Promise<Ran> {
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, FORCE_COLOR: ___, ...inherited } = process.env
    const child = spawn(command, args, {
      cwd: this.path(cwd),
      env: { ...inherited, NODE_OPTIONS: '-C spillway-source', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const closed = new Promise<number | null>(done => void child.on('close', done))
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), closed])
    return { status, stdout, stderr }
  }

  /** Type-checks the folder by its `tsconfig.json`. */
  typeCheck(): Promise<Ran> {
    return this.node([join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--customConditions', 'spillway-source'])
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}
