import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, createScaledClock } from '../model/clock.ts'
import type { Logger } from '../model/logger.ts'
import { formatTime } from '../model/time.ts'
import { createApiClient } from './client/api-client.ts'
import { type DeviceLink, openDeviceLink } from './client/device-link.ts'
import { type Credentials, ensureAuthority, ensureDevices } from './client/register-devices.ts'
import { mapConcurrently } from './map-concurrently.ts'
import type { ProgressListener } from './progress.ts'
import type { RecordedReading } from './recordings/recorded-rows.ts'
import { openRecording, type Recording, type RecordingFormat } from './recordings/recording.ts'

export interface ReplayOptions {
  /** A folder with a recording, see `openRecording`. */
  readonly path: string
  /** How many seconds of the recording pass in one of the machine's; 0 and Infinity: as fast as it is acknowledged. */
  readonly speed: number
  readonly apiUrl: string
  /** The installation's key: it may create the authority. */
  readonly adminKey: string
  readonly mqttUrl: string
  /** The authority's id; otherwise the folder's name. */
  readonly authority?: string
  /** What Kerbside takes for the time: readings that are ahead of it will be refused, which is warned of. */
  readonly clock?: Clock
  /** Readings are sent when the clock has come to their time, and those before at once; `speed` says nothing then. */
  readonly isByClock?: boolean
  readonly logger: Logger
  readonly signal?: AbortSignal
  readonly onProgress?: ProgressListener
}

export interface ReplayResult {
  readonly format: RecordingFormat
  readonly authority: string
  readonly devices: number
  readonly published: number
  readonly acknowledged: number
  /** The first and last reading's times, RFC 3339. */
  readonly firstTime: string
  readonly lastTime: string
}

// Readings taken at once from those that are due, and then sent device by device.
const READINGS_AT_ONCE = 5_000
const DEVICES_AT_ONCE = 32
const CONNECTIONS_MAX = 500
// Shorter waits only make more and smaller messages.
const PACE_MS = 20
const PROGRESS_EVERY_MS = 500
const CLOCK_AHEAD_MS = 10 * 60_000

/**
 * Publishes a recording over MQTT as if its devices were live, in the order of time, having registered what is not there
 * yet. Resolves once all is acknowledged, or when `signal` ends it; a device's consecutive readings go in one message.
 */
export async function replayRecording(options: ReplayOptions): Promise<ReplayResult> {
  const { logger, signal, onProgress } = options
  const recording = await openRecording(options.path)
  const authority = options.authority ?? recording.authority.id
  warnOfClock(recording, options)
  const api = createApiClient({ apiUrl: options.apiUrl, key: options.adminKey, signal })
  await ensureAuthority(api, { ...recording.authority, id: authority })
  const credentials = await ensureDevices({ api, authority, devices: recording.devices })
  const links = createLinks(options, authority, credentials)
  const { readings } = recording
  const total = readings.length
  let published = 0
  let acknowledged = 0
  let reportedAt = performance.now()
  try {
    for await (const due of takeDue(readings, options)) {
      published += due.length
      await mapConcurrently(groupByDevice(due), DEVICES_AT_ONCE, async ([first, ...rest]) => {
        const link = await links.get(first)
        const count = await link.publish([first, ...rest].map(({ payload }) => payload))
        acknowledged += count
      })
      await links.trim()
      if (performance.now() - reportedAt > PROGRESS_EVERY_MS || published === total) {
        reportedAt = performance.now()
        onProgress?.({ phase: 'replay', done: acknowledged, total })
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    await links.close()
  }
  const result = {
    format: recording.format,
    authority,
    devices: recording.devices.length,
    published,
    acknowledged,
    firstTime: formatTime(recording.firstTime),
    lastTime: formatTime(recording.lastTime),
  }
  logger.info(result, 'replayed')
  return result
}

function warnOfClock(
  { lastTime, firstTime, format }: Recording,
  { clock, isByClock, logger, speed }: ReplayOptions,
): void {
  if (!clock || isByClock) return
  const isPaced = speed > 0 && speed !== Number.POSITIVE_INFINITY
  const aheadMs = (isPaced ? firstTime : lastTime) - clock.now()
  if (aheadMs <= CLOCK_AHEAD_MS) return
  logger.warn(
    {
      format,
      firstTime: formatTime(firstTime),
      lastTime: formatTime(lastTime),
      now: formatTime(clock.now()),
    },
    'the recording is ahead of the clock, and what is ahead by more than 10 minutes will be quarantined as clock_wrong: set KERBSIDE_CLOCK',
  )
}

/** Parts of `readings`, each when its time has come. */
async function* takeDue(
  readings: readonly RecordedReading[],
  options: Pick<ReplayOptions, 'speed' | 'clock' | 'isByClock' | 'signal'>,
): AsyncGenerator<readonly RecordedReading[]> {
  const { clock, isByClock = false, signal } = options
  const speed = isByClock && clock ? clock.speed : options.speed
  const isPaced = speed > 0 && speed !== Number.POSITIVE_INFINITY
  const firstTime = readings[0]?.sentTime ?? 0
  const { now } = isByClock && clock ? clock : createScaledClock(firstTime, speed)
  for (let index = 0; index < readings.length; ) {
    if (signal?.aborted) return
    let end = Math.min(index + READINGS_AT_ONCE, readings.length)
    if (isPaced) {
      const time = now()
      const waitMs = ((readings[index]?.sentTime ?? 0) - time) / speed
      if (waitMs > 0) {
        await sleep(Math.max(waitMs, PACE_MS), undefined, signal ? { signal } : {})
        continue
      }
      end = index + 1
      while (
        end < readings.length &&
        end - index < READINGS_AT_ONCE &&
        (readings[end]?.sentTime ?? 0) <= time
      )
        end++
    }
    yield readings.slice(index, end)
    index = end
  }
}

function groupByDevice(readings: readonly RecordedReading[]): [RecordedReading, ...RecordedReading[]][] {
  const groups = new Map<string, [RecordedReading, ...RecordedReading[]]>()
  for (const reading of readings) {
    const group = groups.get(reading.device)
    if (group) group.push(reading)
    else groups.set(reading.device, [reading])
  }
  return [...groups.values()]
}

/** Each device's own connection, opened when it is first needed; the one that was used longest ago goes first. */
function createLinks(
  { mqttUrl, signal }: ReplayOptions,
  authority: string,
  credentials: ReadonlyMap<string, Credentials>,
) {
  const links = new Map<string, DeviceLink>()
  return {
    async get({ device, kind }: RecordedReading): Promise<DeviceLink> {
      const link =
        links.get(device) ??
        (await openDeviceLink({
          mqttUrl,
          authority,
          kind,
          device,
          credentials: credentials.get(device) as Credentials,
          // A recording says nothing about who was there.
          saysStatus: false,
          signal,
        }))
      links.delete(device)
      links.set(device, link)
      return link
    },
    /** Called while none is in use. */
    async trim(): Promise<void> {
      for (const [device, link] of links) {
        if (links.size <= CONNECTIONS_MAX) return
        links.delete(device)
        await link.close()
      }
    },
    async close(): Promise<void> {
      await Promise.all([...links.values()].map((link) => link.close()))
    },
  }
}
