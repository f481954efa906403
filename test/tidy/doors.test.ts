import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesOf } from '../sources/syntax.ts'
import { importsPastDoors, unusedDoorNames, withoutDoors } from './doors.ts'

test('an import past the door of a room is found, also of a type, a re-export and a dynamic one', () => {
  const faults = importsPastDoors(
    modulesOf({
      'src/cli/a.ts': `import { k } from '../kernel/k.ts'`,
      'src/run/b.ts': `import type { K } from '../kernel/k.ts'`,
      'src/batch/c.ts': `export { k } from '../kernel/k.ts'`,
      'src/replay/d.ts': `const k = await import('../kernel/k.ts')`,
      'src/log/e.ts': `import { k } from '../kernel/index.ts'\nimport { f } from './sqlite/f.ts'\nimport '../base/require-node.ts'`,
      'src/log/e.test.ts': `import { k } from '../kernel/k.ts'`,
      'src/public/g.ts': `export { k } from '../kernel/k.ts'`,
      'src/index.ts': `export { k } from './kernel/k.ts'`,
      'src/intake/h.ts': `import { k } from '../kernel/k.ts'`,
    }),
    { 'src/intake/h.ts imports src/kernel/k.ts': 'of this test' },
  )
  assert.deepEqual(
    faults,
    ['src/cli/a.ts', 'src/run/b.ts', 'src/batch/c.ts', 'src/replay/d.ts'].map(path => `${path} imports src/kernel/k.ts`),
  )
})

test('a name of a door that nobody outside imports is found', () => {
  const faults = unusedDoorNames(
    modulesOf({
      'src/kernel/index.ts': `export { a, type B, c } from './a.ts'\nexport { d } from './d.ts'`,
      'src/kernel/d.ts': `import { c } from './index.ts'`,
      'src/run/e.ts': `import { a, type B } from '../kernel/index.ts'`,
      'src/run/e.test.ts': `import { d } from '../kernel/index.ts'`,
      'src/log/index.ts': `export { f } from './f.ts'`,
      'src/run/g.ts': `import * as log from '../log/index.ts'`,
    }),
  )
  assert.deepEqual(
    faults,
    ['c', 'd'].map(name => `src/kernel/index.ts exports ${name}, which no other room imports`),
  )
})

test('an import through doors leads to the file that declares the name', () => {
  const modules = withoutDoors(
    modulesOf({
      'src/kernel/index.ts': `export { a } from './a.ts'\nexport { b as c } from './b.ts'`,
      'src/kernel/a.ts': '',
      'src/kernel/b.ts': '',
      'src/run/index.ts': `export { c } from '../kernel/index.ts'`,
      'src/cli/d.ts': `import { c } from '../run/index.ts'\nimport { e } from './e.ts'`,
      'src/cli/f.ts': `import * as kernel from '../kernel/index.ts'`,
    }),
  )
  const importsOf = (path: string) => modules.find(module => module.path === path)!.imports
  assert.deepEqual(importsOf('src/cli/d.ts'), ['src/cli/e.ts', 'src/kernel/b.ts'])
  assert.deepEqual(importsOf('src/cli/f.ts'), ['src/kernel/index.ts'])
})
