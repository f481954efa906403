/** Rooms stand on floors: a file imports from its own room and from rooms below, inside a large room too, and no file imports itself in a circle. */
import { posix } from 'node:path'
import { isTest, roomOf } from '../sources/files.ts'
import type { Module } from '../sources/syntax.ts'

/** From the top down. `index` is `src/index.ts`, what a user of the library imports. */
export const floors = [
  'cli',
  'public',
  'audit',
  'embed',
  'serve',
  'testing',
  'index',
  'runner',
  'gate',
  'sources',
  'openlineage',
  'observe',
  'operate',
  'monitor',
  'backup',
  'reconcile',
  'run',
  'batch',
  'action',
  'replay',
  'training',
  'decision',
  'model',
  'offline',
  'kafka',
  'files',
  'jobs',
  'log',
  'online',
  'intake',
  'schema',
  'kernel',
  'sql',
  'aggregate',
  'expression',
  'columns',
  'ui',
  'client',
  'opentelemetry',
  'define',
  'base',
] as const

/** Folders inside each room that has any, from the top down. `.` is the room's own folder. */
export const innerFloors: Readonly<Record<string, readonly string[]>> = {
  audit: [
    '.',
    'report/terminal',
    'report/page',
    'findings',
    'compare',
    'plans',
    'plans/edit',
    'report',
    'stages',
    'statistics',
    'experiment',
    'experiment/parallel',
    'experiment/replay',
    'experiment/prefix-sums',
    'experiment/retraining',
    'experiment/settings',
    'experiment/timeline',
    'cost',
    'cost/simulate',
    'value',
    'domain',
  ],
  cli: [
    '.',
    'alerts',
    'dev',
    'gate',
    'observe',
    'backup',
    'reconcile',
    'models',
    'schema',
    'dlq',
    'inspect',
    'backfill',
    'replay',
    'run',
    'audit',
    'init',
    'help',
    'command',
  ],
  define: ['.', 'config', 'report', 'value', 'action', 'model', 'feature', 'source', 'expression', 'mistake', 'ir'],
  backup: ['.', 'target'],
  batch: ['.', 'backfill'],
  log: ['sqlite', '.'],
  replay: ['.', 'labels'],
  ui: [
    '.',
    'shell',
    'audit',
    'overview',
    'actions',
    'features',
    'models',
    'sources',
    'alerts',
    'dead-letters',
    'decisions',
    'runs',
    'parts',
    'live',
    'core',
  ],
  operate: ['.', 'control', 'search', 'personal'],
  run: ['.', 'loop', 'import', 'jobs', 'recovery', 'ingest', 'history', 'decide', 'groups'],
  sources: ['.', 'kafka', 'postgres', 'files', 'samples', 'reader'],
  aggregate: ['.', 'partial'],
  base: ['node', '.'],
  files: ['.', 'parquet', 'io'],
  kafka: ['.', 'format/avro', 'format/protobuf', 'format', 'registry', 'thread', 'platformatic', 'port', 'security', 'records'],
  monitor: ['.', 'notify', 'lag', 'alerts', 'series'],
  observe: ['.', 'prometheus', 'grafana', 'opentelemetry', 'syntax'],
  offline: ['parquet', '.'],
  schema: ['.', 'avro', 'json-schema', 'protobuf', 'problems'],
  sql: ['duckdb', '.'],
  testing: ['.', 'conformance'],
  training: ['registry', '.', 'drift', 'external', 'trees', 'input'],
  serve: ['.', 'ui', 'openapi', 'metrics', 'routes', 'body', 'context', 'events', 'access', 'http'],
}

/** Imports inside a room that go up, and folders without a floor. */
export function upwardInside(modules: readonly Module[], floorsOf = innerFloors): string[] {
  const floorOf = (path: string, room: string): string => posix.relative(`src/${room}`, posix.dirname(path)) || '.'
  return modules
    .filter(({ path }) => !isTest(path) && path !== 'src/index.ts')
    .flatMap(({ path, imports }) => {
      const room = roomOf(path)
      if (room === undefined) return []
      const floors = floorsOf[room] ?? ['.']
      const from = floors.indexOf(floorOf(path, room))
      if (from < 0) return [`${path} is in a folder that has no floor in test/tidy/floors.ts`]
      return imports
        .filter(imported => roomOf(imported) === room && !isTest(imported) && floors.indexOf(floorOf(imported, room)) < from)
        .map(imported => `${path} imports ${imported}, which is not below it`)
    })
}

/** Imports that go up, and imports of the library from outside of it. Unit tests may import anything. */
export function upwardImports(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => roomOf(path) !== undefined && !isTest(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(imported => !isTest(imported) && !isBelow(roomOf(path), roomOf(imported)))
        .map(imported => `${path} imports ${imported}, which is not below it`),
    )
}

function isBelow(room: string | undefined, imported: string | undefined): boolean {
  if (room === imported) return true
  const names: readonly (string | undefined)[] = floors
  return imported !== undefined && names.indexOf(imported) > names.indexOf(room)
}

/** Rooms that parse a request, call a use case of `operate/`, and print or send its result. */
const surfaces = ['cli', 'embed', 'serve']

/** Imports of the SQLite store by the rooms above the use cases: they would write the use cases a second time. Unit tests may import it. */
export function storeImports(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => surfaces.includes(roomOf(path) ?? '') && !isTest(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(imported => imported.startsWith('src/log/sqlite/'))
        .map(imported => `${path} imports ${imported}; call a use case of src/operate/index.ts`),
    )
}

/** Rooms that stand on no floor, or that ARCHITECTURE.md does not name as `NAME/`. */
export function unknownRooms(modules: readonly Module[], architecture: string): string[] {
  const rooms = new Set(modules.filter(({ path }) => path.split('/').length > 2).flatMap(({ path }) => roomOf(path) ?? []))
  return [...rooms].flatMap(room => [
    ...((floors as readonly string[]).includes(room) ? [] : [`src/${room}/ has no floor in test/tidy/floors.ts`]),
    ...(architecture.includes(`${room}/`) ? [] : [`src/${room}/ is not named in ARCHITECTURE.md`]),
  ])
}

/** One cycle for each strongly connected set of files that import each other (Tarjan 1972), including type imports. */
export function cycles(modules: readonly Module[]): string[] {
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports]))
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const circles: string[] = []
  const visit = (path: string): void => {
    order.set(path, order.size)
    low.set(path, order.get(path)!)
    open.push(path)
    for (const next of importsOf.get(path) ?? []) {
      if (!order.has(next)) visit(next)
      if (open.includes(next)) low.set(path, Math.min(low.get(path)!, low.get(next)!))
    }
    if (low.get(path) !== order.get(path)) return
    const circle = open.splice(open.indexOf(path))
    if (circle.length > 1 || importsOf.get(path)?.includes(path)) circles.push(`${circle.join(' → ')} → ${path}`)
  }
  for (const { path } of modules) if (!order.has(path)) visit(path)
  return circles
}

/** Imports, at any distance, from the files under `from` into one of the `forbidden` rooms. */
export function reaches(modules: readonly Module[], from: string, forbidden: readonly string[]): string[] {
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports]))
  const paths: string[] = []
  const visited = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    if (visited.has(path)) return
    visited.add(path)
    if (forbidden.includes(roomOf(path) ?? '')) paths.push([...way, path].join(' → '))
    else for (const next of importsOf.get(path) ?? []) visit(next, [...way, path])
  }
  for (const { path } of modules) if (path.startsWith(from) && !isTest(path)) visit(path, [])
  return paths
}
