/** Python with LightGBM, for the external trainer of `examples/lightgbm`. */
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ENVIRONMENT = '.peers/lightgbm'
/** The last four are for its models as ONNX. */
const PACKAGES = ['lightgbm==4.7.0', 'pyarrow==26.0.1', 'onnxmltools==1.16.0', 'skl2onnx==1.20.0', 'onnx==1.23.2', 'packaging==26.4']
const program = (name: string): string => resolve(ENVIRONMENT, 'bin', name)
const there = resolve(ENVIRONMENT, PACKAGES.join('+'))

/** Installs it from PyPI into an environment of its own. */
export function installLightgbm(run: (command: string, args: readonly string[]) => void): void {
  if (existsSync(there)) return
  if (!existsSync(program('python'))) run('python3', ['-m', 'venv', ENVIRONMENT])
  run(program('pip'), ['install', '--disable-pip-version-check', ...PACKAGES])
  writeFileSync(there, '')
}

/** Its Python, if installed. */
export const lightgbmPython = (): string | undefined => (existsSync(there) ? program('python') : undefined)
