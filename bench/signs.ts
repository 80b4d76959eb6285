import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createSignDesk, type SignDesk } from '../api/sign-desk.ts'
import type { StopBoardSource, StopBoards } from '../api/stop-boards.ts'
import { type Broker, startBroker } from '../broker/broker.ts'
import { openJournal } from '../broker/journal.ts'
import { systemClock } from '../model/clock.ts'
import type { Departure } from '../model/departure.ts'
import { newDeviceSchema } from '../model/device.ts'
import { silentLogger } from '../model/logger.ts'
import { openDeviceDirectory } from '../registry/device-directory.ts'
import { openSqliteRegistry } from '../registry/sqlite-registry.ts'
import type { CrowdAnswer, CrowdTask } from './sign-crowd.ts'

const CROWD = fileURLToPath(new URL('./sign-crowd.ts', import.meta.url))
const AUTHORITY = 'bench'
const VENDOR = 'SIM'
/** Two displays a stop, as at a stop with two sides. */
const SIGNS_PER_STOP = 2
const DEPARTURES_PER_STOP = 20
const INTERVAL_MS = 300_000

/**
 * How long a changed prediction of every stop takes to all T047 displays, a departed bus to leave them, and their content to
 * be there again after the broker has restarted; through the real broker and its journal, with the desk in the same process
 * and the displays in another.
 */
export async function benchSigns(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({ args, options: { displays: { type: 'string', default: '1000' } } })
  const count = Number(values.displays)
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const base = { clock: systemClock, logger: silentLogger }
  const registry = await openSqliteRegistry({ path: join(folder, 'registry.sqlite'), ...base })
  const directory = await openDeviceDirectory(registry)
  const boards = createBoards(Math.ceil(count / SIGNS_PER_STOP))
  let running = await start(0)

  async function start(port: number): Promise<{ broker: Broker; desk: SignDesk; close(): Promise<void> }> {
    const journal = await openJournal({ path: join(folder, 'journal.sqlite'), ...base })
    const listen = { mqtt: { host: '127.0.0.1', port } }
    const broker = await startBroker({ registry, directory, journal, listen, ...base })
    const desk = createSignDesk({ registry, directory, channel: broker.channel, boards, ...base })
    desk.start()
    await desk.look()
    return {
      broker,
      desk,
      async close() {
        await desk.close()
        await broker.close()
        await journal.close()
      },
    }
  }

  try {
    const signs = await register(count)
    const url = `mqtt://127.0.0.1:${running.broker.mqttPort}`
    const file = join(folder, 'signs.json')
    await writeFile(
      file,
      JSON.stringify({ url, authority: AUTHORITY, vendorId: VENDOR, signs } satisfies CrowdTask),
    )
    const crowd = spawn(process.execPath, [CROWD, file], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: crowd.stdout })[Symbol.asyncIterator]()
    const hear = async (): Promise<CrowdAnswer> => {
      const line = await lines.next()
      if (line.done) throw new Error('the displays ended')
      return JSON.parse(line.value)
    }
    const ask = (command: string): ReturnType<typeof hear> => {
      crowd.stdin.write(`${command}\n`)
      return hear()
    }
    await hear()
    const settled = await ask(`settle ${JSON.stringify(boards.ids())}`)

    await ask('reset')
    const changedAt = Date.now()
    const changeCpu = process.cpuUsage()
    boards.delay(90_000)
    const changed = await ask('expect 1')
    const { user, system } = process.cpuUsage(changeCpu)

    await ask('reset')
    const departedAt = Date.now()
    boards.depart()
    const departed = await ask(`settle ${JSON.stringify(boards.ids())}`)

    await ask('reset')
    const requestsBefore = countRequests()
    const stoppedAt = Date.now()
    const port = running.broker.mqttPort ?? 0
    await running.close()
    boards.depart()
    running = await start(port)
    countRequestsOf(running.broker)
    const restartedAt = Date.now()
    const restarted = await ask(`settle ${JSON.stringify(boards.ids())}`)
    const requestsAfterRestart = countRequests() - requestsBefore
    crowd.stdin.end()
    await once(crowd, 'exit')
    return {
      displays: count,
      stops: Math.ceil(count / SIGNS_PER_STOP),
      changedSeconds: secondsBetween(changedAt, changed.time),
      changedBytes: changed.receivedBytes,
      changedBytesPerDisplay: Math.round(changed.receivedBytes / count),
      changedCpuSeconds: Math.round((user + system) / 1e4) / 100,
      departedSeconds: secondsBetween(departedAt, departed.time),
      departedBytes: departed.receivedBytes,
      restartedSeconds: secondsBetween(restartedAt, restarted.time),
      downSeconds: secondsBetween(stoppedAt, restartedAt),
      restartedBytes: restarted.receivedBytes,
      contentRequestsAfterRestart: requestsAfterRestart,
      // 0 where all was well; otherwise the seconds are those after which it was given up.
      lackingDisplays: Math.max(
        ...[settled, changed, departed, restarted].map(({ lackingCount }) => lackingCount),
      ),
    }
  } finally {
    await running.close()
    await registry.close()
    await rm(folder, { recursive: true, force: true })
  }

  async function register(signCount: number): Promise<CrowdTask['signs']> {
    await registry.createAuthority({ id: AUTHORITY, timeZone: 'UTC', published: [] }, 'bench')
    const devices = Array.from({ length: signCount }, (_, index) =>
      newDeviceSchema.parse({
        id: `sign-${index}`,
        kind: 'display',
        stopIds: [`stop-${Math.floor(index / SIGNS_PER_STOP)}`],
        settings: { protocol: 't047', vendorId: VENDOR },
      }),
    )
    const created = await registry.createDevices(AUTHORITY, devices, 'bench')
    await directory.refresh()
    return created.map(({ device, password }) => ({
      id: device.id,
      stopId: device.stopIds[0] ?? '',
      password,
    }))
  }
}

let contentRequests = 0

function countRequestsOf({ channel }: Broker): void {
  channel.onSaying(({ topicName }) => {
    if (topicName.startsWith('CMS/')) contentRequests++
  })
}

function countRequests(): number {
  return contentRequests
}

function secondsBetween(from: number, to: number): number {
  return Math.round(to - from) / 1_000
}

/** Stops whose departures change when they are told to. */
function createBoards(stopCount: number): StopBoardSource & {
  ids(): Record<string, string[]>
  delay(ms: number): void
  depart(): void
} {
  const start = Math.floor(Date.now() / 1_000) * 1_000
  const listeners = new Set<() => void>()
  let first = 0
  let delayMs = 30_000
  let current = make()
  const change = (): void => {
    current = make()
    for (const listener of listeners) listener()
  }
  return {
    find: async () => current,
    onChange(_, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ids: () =>
      Object.fromEntries(
        Array.from({ length: stopCount }, (_, stop) => [
          `stop-${stop}`,
          list(`stop-${stop}`)
            .map(({ departureId }) => departureId)
            .toSorted(),
        ]),
      ),
    delay(ms) {
      delayMs += ms
      change()
    },
    depart() {
      first++
      change()
    },
  }

  function make(): StopBoards {
    const departed = Array.from({ length: first }, (_, number) => number)
    return {
      time: Date.now(),
      get: (stopId) => ({
        departures: list(stopId),
        notices: [],
        listDeparted: () => departed.map((number) => `${stopId}-${number}`),
      }),
    }
  }

  function list(stopId: string): Departure[] {
    return Array.from({ length: DEPARTURES_PER_STOP }, (_, index) => {
      const number = first + index
      const aimedDepartureTime = start + (number + 1) * INTERVAL_MS
      // Those of the next hour are predicted; one of them has changed.
      const isLive = index < 12
      const expectedDepartureTime = aimedDepartureTime + (index === 0 ? delayMs : 30_000)
      return {
        departureId: `${stopId}-${number}`,
        tripId: `trip-${number}`,
        routeId: 'route-12',
        routeShortName: '12',
        headsign: 'Railway Yard',
        aimedDepartureTime,
        expectedDepartureTime: isLive ? expectedDepartureTime : null,
        earliestTime: null,
        latestTime: null,
        state: isLive ? 'live' : 'timetable',
        ageSeconds: isLive ? 5 : null,
        vehicleId: isLive ? 'bus' : null,
      }
    })
  }
}
