/** Java programs from Maven packages, without an installation: the jars of a list of packages and of everything they need, in one folder. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINES_FOLDER } from './engine.ts'

const INSTALL_MS_MAX = 600_000
const debianPackages = ['openjdk-17-jre-headless', 'maven']

/** A Maven package: `group:name:version`. */
export type JavaPackage = `${string}:${string}:${string}`

/** A Maven package that is an archive: `group:name:version:tar.gz:classifier`. */
export type JavaArchive = `${string}:${string}:${string}:tar.gz:${string}`

const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** The folder with the jars of packages, installed once under a name. Throws with the reason if that is impossible. */
export const javaLibraries = (name: string, packages: readonly JavaPackage[]): string =>
  installed(name, folder => {
    writeFileSync(join(folder, 'pom.xml'), projectText(packages))
    run('mvn', ['-B', '-q', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies'])
    return join(folder, 'jars')
  })

/** The folder with the files of an archive, installed once under a name. Throws as `javaLibraries` does. */
export const javaArchive = (name: string, archive: JavaArchive): string =>
  installed(name, folder => {
    const [, artifact, version, , classifier] = archive.split(':')
    const files = join(folder, 'files')
    mkdirSync(files)
    run('mvn', ['-B', '-q', `${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${archive}`, `-DoutputDirectory=${folder}`])
    run('tar', ['-xzf', join(folder, `${artifact}-${version}-${classifier}.tar.gz`), '-C', files])
    return files
  })

/** The folder of a name. `install` gets a folder that is removed afterwards, and returns the one in it that stays. */
function installed(name: string, install: (folder: string) => string): string {
  const folder = join(ENGINES_FOLDER, 'packages', name)
  if (existsSync(folder)) return folder
  requireJava()
  mkdirSync(join(ENGINES_FOLDER, 'packages'), { recursive: true })
  const partial = mkdtempSync(`${folder}-`)
  try {
    renameSync(install(partial), folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return folder
}

/** Installs Java and Maven if they are missing and this user may. */
function requireJava(): void {
  const missing = ['java', 'mvn'].filter(program => spawnSync(program, ['-version'], { stdio: 'ignore' }).error !== undefined)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0)
    throw new Error(`${missing.join(' and ')} not found: apt-get install --no-install-recommends ${debianPackages.join(' ')}`)
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', timeout: INSTALL_MS_MAX })
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...debianPackages])
}

function projectText(packages: readonly JavaPackage[]): string {
  const dependencies = packages.map(each => {
    const [group, artifact, version] = each.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>spillway</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('\n')}</dependencies>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version>
    <configuration><outputDirectory>jars</outputDirectory><includeScope>runtime</includeScope></configuration>
  </plugin></plugins></build>
</project>
`
}

function run(command: string, args: readonly string[]): void {
  // `mvn` reads `MAVEN_OPTS`: a JVM of a quarter of the machine's memory is not needed to copy files.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', MAVEN_OPTS: '-Xmx256m' }
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_MS_MAX, env })
  if (status !== 0)
    throw new Error(`${command} failed: ${error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(0, 5).join('\n')}`)
}
