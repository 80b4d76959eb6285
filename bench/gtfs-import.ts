import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { KerbsideError } from '../model/error.ts'
import { generateFeed } from './gtfs-import/generate-feed.ts'

/**
 * How fast a GTFS zip becomes a timetable, and the most memory that takes, in a process of its own, all of it counted.
 * `--generate N` makes a feed of that many stop times in a temporary folder instead, which is not timed. Seconds are those of
 * the processor, of all threads; with `--clock wall` those of the wall.
 */
export async function benchGtfsImport(args: string[]): Promise<Record<string, number>> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { generate: { type: 'string' }, clock: { type: 'string', default: 'cpu' } },
  })
  const { clock, generate } = values
  if (clock !== 'wall' && clock !== 'cpu') throw refuse(`--clock is ${clock}, and must be wall or cpu`)
  if (generate === undefined) {
    const [path, ...more] = positionals
    if (path === undefined || more.length > 0) throw refuse('one ZIP is expected, or --generate N')
    if (!existsSync(path)) throw refuse(`there is no ${path}`)
    return readApart(path, clock)
  }
  const stopTimes = Number(generate)
  if (!Number.isSafeInteger(stopTimes) || stopTimes < 1 || positionals.length > 0) {
    throw refuse(`--generate is ${generate}, and must be a whole number from 1, without a ZIP`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-gtfs-'))
  try {
    const path = join(folder, 'feed.zip')
    generateFeed(path, stopTimes)
    return await readApart(path, clock)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readApart(path: string, clock: 'wall' | 'cpu'): Promise<Record<string, number>> {
  const script = fileURLToPath(new URL('./gtfs-import/read-apart.ts', import.meta.url))
  const child = spawn(process.execPath, [script, path, clock], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  let text = ''
  for await (const piece of child.stdout) text += piece
  const [code] = await ended
  if (code !== 0) throw new KerbsideError('INVALID_FILE', `bench gtfs-import: ${path} was not read`)
  return JSON.parse(text)
}

function refuse(message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `bench gtfs-import: ${message}`)
}
