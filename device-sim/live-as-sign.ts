import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Random } from '../model/random.ts'
import { createLocalClock } from './behaviour/local-time.ts'
import {
  createT047Sign,
  type SignManner,
  type SignSays,
  type T047SignOptions,
} from './behaviour/t047-sign.ts'
import { airTemperatureC, lightLux } from './behaviour/weather.ts'
import type { Credentials } from './client/register-devices.ts'
import { openSignLink, type SignLink } from './client/sign-link.ts'

/** A T047 display of a town, as far as it is its own. */
export type TownSign = Omit<T047SignOptions, 'newId'>

/** The standard's advice; on a fast clock no more than one a second of the machine's. */
const HEARTBEAT_MS = 30_000
const HEARTBEAT_MIN_MS = 1_000
const RETRY_MS = 1_000
/** Sensors are read at every so many heartbeats, each in its turn. */
const SENSOR_EVERY = 10
/** By heartbeat: a power cut every other day, a lost network several times a day, and now and then one that shows nonsense. */
const REBOOTS = 1 / 5_760
const LOST = 1 / 500
const CHANGES_MANNER = 1 / 1_000

/** A display that speaks RTIG T047, from now on until the signal ends it. Never rejects. */
export async function liveAsSign({
  mqttUrl,
  authority,
  device,
  credentials,
  town: { sign: options, timeZone },
  random,
  clock,
  logger,
  signal,
}: {
  mqttUrl: string
  authority: string
  device: string
  credentials: Credentials
  town: { readonly sign: TownSign; readonly timeZone: string }
  random: Random
  clock: Clock
  logger: Logger
  signal: AbortSignal
}): Promise<void> {
  const localTime = createLocalClock(timeZone)
  const sign = createT047Sign({ ...options, newId: () => Math.floor(random() * 2 ** 48).toString(16) })
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  let link: SignLink | undefined
  for (let beat = 0; !signal.aborted; beat++) {
    try {
      link ??= await openSignLink({ mqttUrl, authority, device, credentials, sign, now: clock.now })
      // What waits for a broker that is away waits no longer than the town lives.
      await Promise.race([live(link, beat), aborted])
    } catch (error) {
      if (!signal.aborted) logger.warn({ device }, `the sign could not say a word: ${messageOf(error)}`)
    }
    const pauseMs = link ? Math.max(HEARTBEAT_MIN_MS, HEARTBEAT_MS / clock.speed) : RETRY_MS
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
  await link?.close().catch(() => undefined)

  async function live(open: SignLink, beat: number): Promise<void> {
    const now = clock.now()
    if (random() < CHANGES_MANNER) sign.manner = drawManner()
    if (random() < REBOOTS) await open.reboot()
    else if (random() < LOST) await open.loseConnection()
    await open.say(sign.heartbeat(now))
    if (beat % SENSOR_EVERY === 0) await open.say(readSensor(beat / SENSOR_EVERY, now))
  }

  function drawManner(): SignManner {
    if (sign.manner !== 'honest') return 'honest'
    return random() < 0.5 ? 'frozen' : 'lying'
  }

  function readSensor(turn: number, now: number): SignSays {
    const local = localTime(now)
    const air = Math.round(airTemperatureC(local) * 10) / 10
    switch (turn % 3) {
      case 0:
        return sign.sensorEvent('INT-TEMP', air + 9, 'degreeCelsius', now)
      case 1:
        return sign.sensorEvent('EXT-TEMP', air, 'degreeCelsius', now)
      default:
        return sign.sensorEvent('LIGHT-LEVEL', Math.round(lightLux(local)), 'lux', now)
    }
  }
}
