import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { called } from '../../../test/cli/called.ts'
import { allOptions } from '../command/command.ts'
import { allCommands } from '../main.ts'

const commands = await allCommands()

const folder = scratchFolder('completion')
const script = (shell: string): string => join(folder, `completion.${shell}`)
before(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, out } = await called('completion', shell)
    assert.equal(status, 0)
    writeFileSync(script(shell), out)
  }
})

/** The words that bash's completion function offers for the last of `words`. */
function offered(...words: readonly string[]): string[] {
  const program = 'source "$1"; shift; COMP_WORDS=(spillway "$@"); COMP_CWORD=$#; _spillway; printf "%s\\n" "${COMPREPLY[@]}"'
  const out = execFileSync('bash', ['--norc', '-c', program, 'bash', script('bash'), ...words], { encoding: 'utf8' })
  return out.split('\n').filter(word => word !== '')
}

test('bash completes commands, options, subcommands and choices', () => {
  assert.deepEqual(offered(''), [...commands.map(({ name }) => name), '--help', '--version'])
  assert.deepEqual(offered('re'), ['replay', 'reports', 'reconcile', 'restore'])
  assert.deepEqual(offered('replay', 'pipeline.ts', '--so'), ['--source'])
  assert.deepEqual(offered('run', '--no'), ['--no-auth'])
  assert.deepEqual(offered('backfill', '--pro'), ['--profile'])
  assert.deepEqual(offered('models', 'pipeline.ts', ''), ['list', 'show', 'compare', 'promote', 'rollback'])
  assert.deepEqual(offered('backfill', '--by', ''), ['day', 'month'])
  assert.deepEqual(offered('completion', 'z'), ['zsh'])
})

test('bash completes file names where a file is expected, and nothing where a number is', () => {
  for (const words of [
    ['audit', '--prices', 'p'],
    ['replay', 'pipe'],
    ['replay', '--source', 'payments', '=', 'pay'],
    ['unknown', 'a'],
  ])
    assert.deepEqual(offered(...words), [], words.join(' '))
  assert.deepEqual(offered('backfill', '--threads', ''), [])
})

test('each script has every option of every command', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await called('completion', shell)
    for (const command of commands)
      for (const name of Object.keys(allOptions(command))) assert.match(out, new RegExp(shell === 'fish' ? `-l ${name} ` : `--${name}\\b`))
  }
})

for (const [shell, check] of [
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const)
  test(`${shell} parses its script`, t => {
    const { status, error, stderr } = spawnSync(shell, [...check, script(shell)], { encoding: 'utf8' })
    if (error) return t.skip(`${shell} is not installed`)
    assert.equal(status, 0, stderr)
  })

test('fish completes options and choices', t => {
  const completed = (line: string) =>
    spawnSync('fish', ['-c', 'source $argv[1]; complete -C $argv[2]', script('fish'), line], { encoding: 'utf8' })
  if (completed('').error) return t.skip('fish is not installed')
  const words = (line: string) =>
    completed(line)
      .stdout.split('\n')
      .flatMap(text => text.split('\t')[0] || [])
  assert.deepEqual(words('spillway replay --so'), ['--source'])
  assert.deepEqual(words('spillway backfill --by '), ['day', 'month'])
  assert.deepEqual(words('spillway backfill --threads '), [])
})

for (const [args, message] of [
  [[], /^expected a subcommand: bash, zsh, fish$/m],
  [['bsh'], /^completion has no subcommand 'bsh'; did you mean 'bash'\?$/m],
  [['bash', 'zsh'], /^expected one shell, but also got zsh$/m],
] as const)
  test(`wrong usage: ${message.source}`, async () => {
    const { status, out, err } = await called('completion', ...args)
    assert.deepEqual([status, out], [2, ''])
    assert.match(err, message)
  })
