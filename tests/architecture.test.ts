import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Who may import whom, as ARCHITECTURE.md says; every folder may import itself. */
const ALLOWED: Record<string, readonly string[]> = {
  model: [],
  console: [],
  registry: ['model'],
  store: ['model'],
  rounds: ['model'],
  transit: ['model'],
  signs: ['model', 'transit'],
  'device-sim': ['model'],
  dashboards: ['model'],
  inventory: ['model', 'device-sim'],
  alerts: ['model'],
  outside: ['model'],
  exchange: ['model'],
  broker: ['model', 'registry'],
  ingest: ['model', 'store', 'registry', 'outside'],
  api: ['model', 'store', 'registry', 'rounds', 'transit', 'signs', 'alerts', 'outside', 'exchange'],
}
/** The root: where parts are wired together. */
const listRoot = (): string[] => ['main.ts', ...['wiring', 'commands'].flatMap(listSources)]
const ADAPTER = /\/(sqlite|postgres|duckdb|influxdb)-[a-z-]+\.ts$/
/** `graph-…` is also what the graph's own threads are named by, so these are told by their ends. */
const ROADS_ADAPTER = /^rounds\/roads\/(osrm|valhalla|graph|straight)-roads\.ts$/

function listSources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

function listImports(file: string): string[] {
  // Of what starts a worker only the path is known to the file: that is no import.
  const text = readFileSync(join(ROOT, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => relative(ROOT, resolve(ROOT, dirname(file), specifier)))
}

describe('the folders', () => {
  test.each(Object.keys(ALLOWED))('%s imports only what it may', (folder) => {
    const allowed = [folder, ...(ALLOWED[folder] ?? [])]
    const files = listSources(folder)
    expect(files.length).toBeGreaterThan(0)
    const faults = files.flatMap((file) =>
      listImports(file)
        .filter((target) => !allowed.includes(target.split('/')[0] ?? ''))
        .map((target) => `${file} imports ${target}`),
    )
    expect(faults).toEqual([])
  })

  test.each(Object.keys(ALLOWED))('%s names no adapter of another folder', (folder) => {
    const faults = listSources(folder).flatMap((file) =>
      listImports(file)
        .filter((target) => ADAPTER.test(`/${target}`) && target.split('/')[0] !== folder)
        .map((target) => `${file} imports ${target}`),
    )
    expect(faults).toEqual([])
  })

  test('only what stands in for a map is named outside of wiring/open-roads.ts, and that by rounds alone', () => {
    const files = [...listRoot(), ...Object.keys(ALLOWED).flatMap(listSources)]
    const named = files
      .filter((file) => file !== 'wiring/open-roads.ts')
      .flatMap((file) =>
        listImports(file)
          .filter((target) => ROADS_ADAPTER.test(target))
          .map((target) => [file, target] as const),
      )
    const others = named.filter(
      ([file, target]) => target !== 'rounds/roads/straight-roads.ts' || !file.startsWith('rounds/'),
    )
    expect(others).toEqual([])
    expect(listImports('wiring/open-roads.ts').filter((target) => ROADS_ADAPTER.test(target))).toHaveLength(4)
  })

  test('only config.ts reads the environment', () => {
    const files = [...listRoot(), ...Object.keys(ALLOWED).flatMap(listSources)]
    const faults = files.filter((file) => /process\.env\b(?!\))/.test(readFileSync(join(ROOT, file), 'utf8')))
    // These hand the environment to config.ts, and to the simulated town.
    expect(faults.sort()).toEqual(['wiring/serve.ts', 'wiring/start-demo.ts'])
  })

  test('no import goes round in a circle', () => {
    const files = [...listRoot(), ...Object.keys(ALLOWED).flatMap(listSources)]
    const imports = new Map(files.map((file) => [file, listImports(file)]))
    const state = new Map<string, 'open' | 'done'>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
        return
      }
      state.set(file, 'open')
      for (const target of imports.get(file) ?? []) visit(target, [...path, file])
      state.set(file, 'done')
    }
    for (const file of files) visit(file, [])
    expect(circles).toEqual([])
  })
})
