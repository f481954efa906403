/** The pinned packages of the external suites, in the ignored folder `.peers/external`: installed once, each by its own package manager. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOurs, unpackPackages } from '../debian/unpack.ts'

const FOLDER = resolve('.peers/external')
/** Packages for Python by the folder of their environment. Each has one of its own, since their dependencies differ. */
const pythonPackages = {
  schemathesis: ['schemathesis==4.32.5'],
  avro: ['avro==1.12.2', 'fastavro==1.13.1'],
  protobuf: ['protobuf==7.36.2', 'grpcio-tools==1.85.1'],
  moto: ['moto[server,s3,iam]==5.2.5'],
  // An epoch of versions, and the version of Grafana that it models.
  grafana: ['grafana-foundation-sdk==1769699998!10.1.0'],
} as const
const OPENTELEMETRY = '2.12.1'
const npmPackages = {
  '@redocly/cli': '2.77.0',
  standardwebhooks: '1.1.1',
  stripe: '23.1.0',
  '@opentelemetry/sdk-trace-base': OPENTELEMETRY,
} as const
/** Versions are part of folder names, so that another version is installed anew. */
const npmFolder = join(FOLDER, ['npm', ...Object.values(npmPackages)].join('-'))
const pythonFolder = (name: keyof typeof pythonPackages): string =>
  join(FOLDER, [name, ...pythonPackages[name].map(requirement => requirement.split('==')[1].replace('!', '-'))].join('-'))
const debianFolder = process.getuid?.() === 0 ? join(tmpdir(), 'spillway-prometheus') : resolve('.peers/prometheus')
const BRING_MS_MAX = 180_000

export const schemathesis = (): string => join(pythonFolder('schemathesis'), 'bin/schemathesis')
/** A Python that has moto, a server with the API of S3. */
export const motoPython = (): string => join(pythonFolder('moto'), 'bin/python')
export const redocly = (): string => join(npmFolder, 'node_modules/@redocly/cli/bin/cli.js')
/** Python with `avro` and `fastavro`. */
export const avroPython = (): string => join(pythonFolder('avro'), 'bin/python')
/** Python with Google's `protobuf` and its compiler. */
export const protobufPython = (): string => join(pythonFolder('protobuf'), 'bin/python')
/** A Python with the package grafana-foundation-sdk. */
export const grafanaPython = (): string => join(pythonFolder('grafana'), 'bin/python')

/** The roots of Debian's programs: this machine, where they may be installed, and the folder where they are unpacked. */
const debianRoots = (): readonly string[] => ['/', ...(isOurs(debianFolder) ? [debianFolder] : [])]

const debianProgram = (name: string): string | undefined =>
  debianRoots()
    .map(root => join(root, 'usr/bin', name))
    .find(existsSync)
export const promtool = (): string | undefined => debianProgram('promtool')
export const prometheus = (): string | undefined => debianProgram('prometheus')
export const amtool = (): string | undefined => debianProgram('amtool')

/** Alertmanager, and the folder in which it must be started. */
export function alertmanagerProgram(): { readonly path: string; readonly cwd: string } | undefined {
  const root = debianRoots().find(candidate => existsSync(join(candidate, ALERTMANAGER)))
  if (root === undefined) return undefined
  return root === '/' ? { path: join(root, ALERTMANAGER), cwd: root } : { path: relocatedAlertmanager(root), cwd: root }
}

const ALERTMANAGER = 'usr/bin/prometheus-alertmanager'
const TEMPLATES = '/usr/share/prometheus/alertmanager'

/**
 * A copy of an unpacked Alertmanager that finds its templates. Debian's reads them at an absolute path without an option for it. In the copy
 * the path is relative and as long as before.
 */
function relocatedAlertmanager(root: string): string {
  const path = join(root, `${ALERTMANAGER}-unpacked`)
  const program = readFileSync(join(root, ALERTMANAGER), 'latin1')
  const relocated = program.replaceAll(new RegExp(`${TEMPLATES}(?!/)`, 'g'), `${TEMPLATES.slice(1)}/`)
  writeFileSync(path, relocated, { encoding: 'latin1', mode: 0o755 })
  return path
}

/** Signs and verifies with the providers' own packages. Secrets are `whsec_…`. */
export interface Signers {
  readonly standard: (secret: string) => {
    sign(id: string, at: Date, body: string): string
    /** Throws for an invalid signature. */
    verify(body: string, headers: Readonly<Record<string, string>>): unknown
  }
  readonly stripe: {
    generateTestHeaderString(of: { payload: string; secret: string; timestamp?: number }): string
    /** Throws for an invalid signature. `tolerance` in seconds. */
    constructEvent(body: string, header: string, secret: string, tolerance?: number): unknown
  }
}

export function signers(): Signers {
  const require = createRequire(join(npmFolder, 'package.json'))
  const { Webhook } = require('standardwebhooks') as { Webhook: new (secret: string) => ReturnType<Signers['standard']> }
  const loaded = require('stripe') as { default?: StripeClass } & StripeClass
  const Stripe = loaded.default ?? loaded
  return { standard: secret => new Webhook(secret), stripe: new Stripe('sk_test_none').webhooks }
}

type StripeClass = new (key: string) => { readonly webhooks: Signers['stripe'] }

/** Throws with the reason if one cannot be installed: no network, no Debian, no Python. */
export function bringPackages(): void {
  mkdirSync(FOLDER, { recursive: true })
  for (const name of ['schemathesis', 'avro', 'protobuf', 'moto', 'grafana'] as const) bringPython(name)
  if (!existsSync(redocly())) {
    mkdirSync(npmFolder, { recursive: true })
    const names = Object.entries(npmPackages).map(([name, version]) => `${name}@${version}`)
    command('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', npmFolder, ...names])
  }
  const hasAll = () =>
    promtool() !== undefined && prometheus() !== undefined && amtool() !== undefined && alertmanagerProgram() !== undefined
  if (!hasAll()) unpackPackages(['prometheus', 'prometheus-alertmanager'], debianFolder)
  if (!hasAll()) throw new Error('the packages prometheus and prometheus-alertmanager lack a program for this machine')
}

/** Brings an environment of Python packages. Throws as `bringPackages` does. */
export function bringPython(name: keyof typeof pythonPackages): void {
  const target = pythonFolder(name)
  if (existsSync(join(target, 'brought'))) return
  mkdirSync(FOLDER, { recursive: true })
  command('python3', ['-m', 'venv', target])
  command(join(target, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...pythonPackages[name]])
  writeFileSync(join(target, 'brought'), '')
}

function command(name: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: BRING_MS_MAX })
  if (status !== 0) throw new Error(`${name} ${args[0]} failed: ${error?.message ?? stderr.trim()}`)
}

/** The SDK of OpenTelemetry, as far as the suite uses it. */
export interface TracingSdk {
  readonly BasicTracerProvider: new (options: { spanProcessors: readonly unknown[] }) => { getTracer(name: string): unknown }
  readonly InMemorySpanExporter: new () => { getFinishedSpans(): readonly FinishedSpan[] }
  readonly SimpleSpanProcessor: new (exporter: unknown) => unknown
}

/** A span that the SDK has exported. */
export interface FinishedSpan {
  readonly name: string
  spanContext(): { readonly traceId: string; readonly spanId: string }
  readonly parentSpanContext?: { readonly spanId: string; readonly isRemote?: boolean; readonly traceState?: { serialize(): string } }
  readonly ended: boolean
}

export const tracingSdk = (): TracingSdk => createRequire(join(npmFolder, 'package.json'))('@opentelemetry/sdk-trace-base') as TracingSdk
