/** `spillway completion`: prints a script that completes commands, options and subcommands in a shell, from the definitions of the commands. */
import { subcommandOf } from '../command/arguments.ts'
import { allOptions, type Command, defineCommand, type OptionSpec, UsageError } from '../command/command.ts'
import { printText } from '../command/print.ts'

const shells = ['bash', 'zsh', 'fish'] as const

/** The command `spillway completion`, which completes the commands that `allCommands` loads. */
export const completionCommand = (allCommands: () => Promise<readonly Command[]>): Command =>
  defineCommand({
    name: 'completion',
    task: 'Help',
    usage: shells.join(' | '),
    summary: 'print a script for a shell that completes commands and options: source <(spillway completion bash)',
    options: {},
    async run(_, [text, ...extra]) {
      const shell = subcommandOf('completion', shells, text)
      if (extra.length > 0) throw new UsageError(`expected one shell, but also got ${extra.join(', ')}`)
      printText(scripts[shell](await allCommands()))
      return 0
    },
  })

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** The subcommands in the usage of a command: `list` and `show` of `[list] | show NUMBER`. */
const subcommandsOf = ({ usage }: Pick<Command, 'usage'>): string[] =>
  usage.split(' | ').flatMap(call => /^\[?([a-z]+)\b/.exec(call)?.slice(1) ?? [])

/** The values of an option that takes one of several words: `day` and `month` of `day|month`. */
const choicesOf = ({ value = '' }: OptionSpec): string[] => (/^[a-z]+(?:\|[a-z]+)+$/.test(value) ? value.split('|') : [])

/** True if the value of an option is a path, or ends with one: `FILE`, `DIR`, `TARGET`, `NAME=FILE`. */
const takesPath = ({ value = '' }: OptionSpec): boolean => /(?:FILE|DIR|TARGET)$/.test(value)

const optionsOf = (command: Command): (readonly [name: string, option: OptionSpec])[] => [
  ...Object.entries(allOptions(command)),
  ['help', { help: 'print the options' }],
]

/** A function for `complete`. Where it finds no words, bash completes file names. */
function bashScript(commands: readonly Command[]): string {
  const cases = commands.map(command => {
    const options = optionsOf(command)
    const names = options.map(([name]) => `--${name}`).join(' ')
    const valued = options.filter(([, option]) => option.value !== undefined && !takesPath(option))
    const values = valued.map(([name, option]) => `        --${name}) values='${choicesOf(option).join(' ')}' ;;`)
    return [
      `    ${command.name})`,
      `      options='${names}' words='${subcommandsOf(command).join(' ')}'`,
      ...(values.length > 0 ? ['      case "$previous" in', ...values, '      esac'] : []),
      '      ;;',
    ].join('\n')
  })
  return `# Completion of spillway in bash: source <(spillway completion bash)
_spillway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" options= words= values=-
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [[ "$values" != - ]]; then
    compopt +o default 2> /dev/null
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _spillway spillway`
}

/** A function for `compdef`, with the help of each option. */
function zshScript(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = commands.map(command => {
    const specs = optionsOf(command).map(([name, option]) => `        ${quoted(zshOption(name, option))}`)
    const words = subcommandsOf(command)
    const rest = words.length > 0 ? `*: :{ _alternative 'words:subcommand:(${words.join(' ')})' 'files:file:_files' }` : '*:file:_files'
    return [`      ${command.name}) _arguments \\`, ...specs.map(spec => `${spec} \\`), `        ${quoted(rest)} ;;`].join('\n')
  })
  return `#compdef spillway
# Completion of spillway in zsh: source <(spillway completion zsh)
_spillway() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
  else
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
${cases.join('\n')}
    esac
  fi
}
compdef _spillway spillway`
}

function zshOption(name: string, option: OptionSpec): string {
  const { value, help, multiple = false } = option
  const choices = choicesOf(option)
  const action = choices.length > 0 ? `(${choices.join(' ')})` : takesPath(option) ? '_files' : ' '
  const argument = value === undefined ? '' : `:${value.replaceAll(':', '\\:')}:${action}`
  return `${multiple ? '*' : ''}--${name}[${help.replaceAll(/[\\[\]:]/g, '\\$&')}]${argument}`
}

/** Lines of `complete`, one for each command, option and subcommand. */
function fishScript(commands: readonly Command[]): string {
  const lines = commands.flatMap(command => {
    const isCommand = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`
    const words = subcommandsOf(command)
    return [
      `complete -c spillway -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
      ...(words.length > 0 ? [`complete -c spillway ${isCommand} -a ${quoted(words.join(' '))}`] : []),
      ...optionsOf(command).map(([name, option]) => {
        const choices = choicesOf(option)
        const argument =
          option.value === undefined ? '' : takesPath(option) ? ' -r' : ` -x${choices.length > 0 ? ` -a ${quoted(choices.join(' '))}` : ''}`
        return `complete -c spillway ${isCommand} -l ${name}${argument} -d ${quoted(option.help)}`
      }),
    ]
  })
  return ['# Completion of spillway in fish: spillway completion fish | source', ...lines].join('\n')
}

/** A text in single quotes, for each of the shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
