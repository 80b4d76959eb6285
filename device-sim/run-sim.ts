import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { createRandom, type Random } from '../model/random.ts'
import type { TimedPayload } from './behaviour/timed-payload.ts'
import { type ApiClient, createApiClient } from './client/api-client.ts'
import { readCredentials, writeCredentials } from './client/credentials-file.ts'
import { type DeviceLink, openDeviceLink } from './client/device-link.ts'
import { ensureTimetable } from './client/ensure-timetable.ts'
import { findLatestTimes } from './client/find-latest-times.ts'
import { type Credentials, ensureAuthority, ensureDevices } from './client/register-devices.ts'
import { listTownDevices, type TownDevice } from './list-town-devices.ts'
import { liveAsSign } from './live-as-sign.ts'
import { type Delivery, liveOn } from './live-on.ts'
import { mapConcurrently } from './map-concurrently.ts'
import type { MisbehaviourName } from './misbehaviour.ts'
import type { ProgressListener } from './progress.ts'
import { createTown, type TownSize } from './town/create-town.ts'
import type { Town } from './town/town.ts'
import { troubleDevices } from './troubles.ts'

export interface SimOptions {
  readonly apiUrl: string
  /** The installation's key: it may create the authority. */
  readonly adminKey: string
  readonly mqttUrl: string
  readonly clock: Clock
  readonly logger: Logger
  readonly seed: number
  readonly size?: TownSize
  readonly authority: string
  /** How many days before now are sent first, as late deliveries; only what Kerbside does not have yet. */
  readonly historyDays?: number
  /** Where the devices' passwords are kept between starts. */
  readonly credentialsPath: string
  readonly signal: AbortSignal
  readonly onProgress?: ProgressListener
  /** Each time that a device publishes, it does so amiss with this probability, in one of these manners. */
  readonly misbehaviour?: { readonly ratio: number; readonly names?: readonly MisbehaviourName[] }
  /** Whether some devices are in trouble from the start, see troubles.ts. */
  readonly hasTroubles?: boolean
  /** Told of everything live that was acknowledged. */
  readonly onDelivery?: (delivery: Delivery) => void
}

const DEFAULT_HISTORY_DAYS = 28
const DAY_MS = 86_400_000
// A device waits for its acknowledgement before its next message, so this is also how many messages are in flight.
const DEVICES_AT_ONCE = 16
const PROGRESS_EVERY_MS = 250

/**
 * A simulated town: registers what is not there yet, sends its history, and then lives, each device on a connection of
 * its own, until `signal` ends it. Rejects only where it cannot start.
 */
export async function runSim(options: SimOptions): Promise<void> {
  const { authority, signal, logger, clock, onProgress } = options
  const town = createTown({ seed: options.seed, ...(options.size ? { size: options.size } : {}) })
  const devices = options.hasTroubles ? listTroubled(town, options) : listTownDevices(town)
  const api = createApiClient({ apiUrl: options.apiUrl, key: options.adminKey, signal })
  const links: DeviceLink[] = []
  try {
    const credentials = await registerTown(api, town, devices, options)
    const from = clock.now() - (options.historyDays ?? DEFAULT_HISTORY_DAYS) * DAY_MS
    const latest = await findLatestTimes(api, authority)
    const startedAt = performance.now()
    const living: Promise<void>[] = []
    const complete = Promise.withResolvers<void>()
    let readings = 0
    let done = 0
    let reportedAt = 0
    await mapConcurrently(devices.toSorted(compareHistories), DEVICES_AT_ONCE, async (device, index) => {
      const link = await openDeviceLink({
        mqttUrl: options.mqttUrl,
        authority,
        kind: device.kind,
        device: device.id,
        credentials: credentials.get(device.id) as Credentials,
        signal,
      })
      links.push(link)
      const to = clock.now()
      const acknowledged = await link.publish(historyOf(device, from, to, latest.get(device.id)))
      readings += acknowledged
      living.push(live(device, { link, from: to, random: createRandom(options.seed * 65_537 + index) }))
      done++
      if (performance.now() - reportedAt > PROGRESS_EVERY_MS || done === devices.length) {
        reportedAt = performance.now()
        onProgress?.({ phase: 'history', done, total: devices.length })
      }
    })
    const seconds = Math.round(performance.now() - startedAt) / 1000
    logger.info({ authority, devices: devices.length, readings, seconds }, 'the town has sent its history')
    complete.resolve()
    await Promise.all(living)

    /** From the end of its history on. Never rejects. */
    async function live(
      device: TownDevice,
      { link, from: caughtUpTo, random }: { link: DeviceLink; from: number; random: Random },
    ): Promise<void> {
      try {
        // On a fast clock, the first would say what takes hours while the last still connect.
        if (clock.speed !== 1) await complete.promise
        const { sign } = device
        if (!sign) return await liveOn({ link, device, from: caughtUpTo, random, options })
        await link.close()
        await liveAsSign({
          mqttUrl: options.mqttUrl,
          authority,
          device: device.id,
          credentials: credentials.get(device.id) as Credentials,
          town: { sign, timeZone: town.timeZone },
          random,
          clock,
          logger,
          signal,
        })
      } catch (error) {
        if (!signal.aborted) logger.warn({ device: device.id }, `it lives no longer: ${messageOf(error)}`)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await Promise.allSettled(links.map((link) => link.close()))
  }
}

function listTroubled(town: Town, { clock, logger }: SimOptions): TownDevice[] {
  return troubleDevices(listTownDevices(town), {
    since: clock.now(),
    onTrouble: (trouble, device) => logger.info({ trouble, device }, 'a device is in trouble'),
  })
}

async function registerTown(
  api: ApiClient,
  town: Town,
  devices: readonly TownDevice[],
  { authority, credentialsPath, clock, logger }: SimOptions,
): Promise<Map<string, Credentials>> {
  await ensureAuthority(api, { id: authority, name: town.name, timeZone: town.timeZone })
  const base = `/authorities/${authority}`
  for (const depot of town.depots) await api.create(`${base}/depots`, depot)
  for (const tip of town.tips) await api.create(`${base}/tips`, tip)
  for (const lorry of town.lorries) await api.create(`${base}/lorries`, lorry)
  let known = new Map<string, Credentials>()
  try {
    known = await readCredentials(credentialsPath)
  } catch (error) {
    // Every password in it can be replaced.
    logger.warn({ credentialsPath }, messageOf(error))
  }
  await ensureTimetable(api, base, town, clock.now())
  const credentials = await ensureDevices({
    api,
    authority,
    devices: devices.map(({ toRegister }) => toRegister),
    known,
  })
  await writeCredentials(credentialsPath, credentials)
  for (const device of devices) if (device.sign) await ensureProtocol(api, base, device)
  return credentials
}

/** Towns that were registered before some of their displays spoke RTIG T047 are told that they do. */
async function ensureProtocol(api: ApiClient, base: string, { id, toRegister }: TownDevice): Promise<void> {
  const known = (await api.find(`${base}/devices/${id}`)) as { settings?: { protocol?: string } } | undefined
  if (known?.settings?.protocol === 't047') return
  await api.update(`${base}/devices/${id}`, { settings: toRegister.settings })
}

/** The shortest first: buses move on the map while others still send what they kept. */
function compareHistories(a: TownDevice, b: TownDevice): number {
  return Number(a.historyMs > b.historyMs) - Number(a.historyMs < b.historyMs)
}

function* historyOf(
  device: TownDevice,
  from: number,
  to: number,
  latestTime: number | undefined,
): Generator<TimedPayload['payload']> {
  const begin = Math.max(from, to - device.historyMs, latestTime ?? 0)
  for (const { time, payload } of device.readings({ from: begin, to })) {
    if (latestTime === undefined || time > latestTime) yield payload
  }
}
