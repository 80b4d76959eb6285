import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadAtRate, loadFully } from './feed/load.ts'
import { generateFeed } from './gtfs-import/generate-feed.ts'

/** Slices of each server by turns, so that what else the machine does hits both. */
const SLICES = 6
const CONNECTIONS = 16
const RATE_PER_SECOND = 1_000

interface Server {
  readonly child: ChildProcess
  readonly url: string
}

interface Sum {
  answersPerSecond: number
  microsecondsPerAnswer: number
}

/**
 * What a town's feeds carry: trip updates and a stop's departures, each beside a bare Fastify that sends the same bytes. Both
 * servers and the load are processes of their own. `--stop-times N` makes the town larger, `--seconds S` each slice longer.
 */
export async function benchFeed(args: string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args,
    options: {
      'stop-times': { type: 'string', default: '300000' },
      seconds: { type: 'string', default: '2' },
    },
  })
  const [stopTimes, seconds] = [Number(values['stop-times']), Number(values.seconds)]
  if (!(stopTimes >= 1_000 && seconds > 0))
    throw new Error('--stop-times from 1000 and --seconds are numbers')
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-feed-'))
  const servers: Server[] = []
  try {
    const zip = join(folder, 'feed.zip')
    generateFeed(zip, stopTimes)
    const kerbside = await serve(new URL('./feed/serve-kerbside.ts', import.meta.url), [zip])
    servers.push(kerbside)
    const paths = ['gtfs-rt/trip-updates', 'stops/stop-20/departures?limit=20&minutes=1440'].map(
      (path) => `${kerbside.url}/v1/authorities/town/${path}`,
    )
    const files: string[] = []
    const result: Record<string, number> = {}
    for (const [index, path] of paths.entries()) {
      const body = Buffer.from(await (await fetch(path)).arrayBuffer())
      const file = join(folder, String(index))
      await writeFile(file, body)
      files.push(file)
      result[index === 0 ? 'tripUpdatesBytes' : 'departuresBytes'] = body.length
    }
    const bare = await serve(new URL('./feed/serve-bare.ts', import.meta.url), files)
    servers.push(bare)
    for (const [index, path] of paths.entries()) {
      const name = index === 0 ? 'tripUpdates' : 'departures'
      Object.assign(result, await compare(name, [kerbside, path], [bare, `${bare.url}/${index}`], seconds))
    }
    const latencies = await loadAtRate(paths[1] ?? '', RATE_PER_SECOND, seconds * 1000 * SLICES)
    const bareLatencies = await loadAtRate(`${bare.url}/1`, RATE_PER_SECOND, seconds * 1000 * SLICES)
    return {
      ...result,
      departuresP50Ms: round(quantile(latencies, 0.5)),
      departuresP99Ms: round(quantile(latencies, 0.99)),
      bareDeparturesP99Ms: round(quantile(bareLatencies, 0.99)),
    }
  } finally {
    for (const { child } of servers) child.disconnect()
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare(
  name: string,
  [kerbside, path]: [Server, string],
  [bare, barePath]: [Server, string],
  seconds: number,
): Promise<Record<string, number>> {
  const ours: Sum = { answersPerSecond: 0, microsecondsPerAnswer: 0 }
  const theirs: Sum = { answersPerSecond: 0, microsecondsPerAnswer: 0 }
  // The first of each warms it up.
  for (let slice = -1; slice < SLICES; slice += 1) {
    for (const [server, url, sum] of [
      [kerbside, path, ours],
      [bare, barePath, theirs],
    ] as const) {
      const before = await processorTimeOf(server)
      const answersPerSecond = await loadFully(url, CONNECTIONS, seconds * 1000)
      const spent = (await processorTimeOf(server)) - before
      if (slice < 0) continue
      sum.answersPerSecond += answersPerSecond / SLICES
      sum.microsecondsPerAnswer += spent / (answersPerSecond * seconds) / SLICES
    }
  }
  return {
    [`${name}PerSecond`]: Math.round(ours.answersPerSecond),
    [`${name}BarePerSecond`]: Math.round(theirs.answersPerSecond),
    [`${name}Ratio`]: round(ours.answersPerSecond / theirs.answersPerSecond),
    [`${name}CpuMicroseconds`]: round(ours.microsecondsPerAnswer),
    [`${name}BareCpuMicroseconds`]: round(theirs.microsecondsPerAnswer),
    [`${name}CpuRatio`]: round(theirs.microsecondsPerAnswer / ours.microsecondsPerAnswer),
  }
}

async function serve(script: URL, args: string[]): Promise<Server> {
  const child = fork(fileURLToPath(script), args)
  child.once('exit', (code) => {
    if (code !== 0) child.emit('message', undefined)
  })
  const [url] = await once(child, 'message')
  if (typeof url !== 'string') throw new Error(`${script.pathname} has ended`)
  return { child, url }
}

async function processorTimeOf({ child }: Server): Promise<number> {
  const answered = once(child, 'message')
  child.send('time')
  const [microseconds] = await answered
  return microseconds as number
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
