import { setTimeout as delay } from 'node:timers/promises'
import { createMetrics } from '../api/metrics.ts'
import type { Api } from '../api/parts.ts'
import type { DeviceChannel } from '../model/device-channel.ts'
import { registryCheck, storeCheck } from './health-checks.ts'
import { observeProcessOf } from './observe-process.ts'
import { openRoads } from './open-roads.ts'
import type { Stores } from './open-stores.ts'
import type { PartOfProcess } from './part-of-process.ts'
import type { Core } from './serve.ts'
import { version } from './version.ts'

// A first start of a region takes longer to read its timetables: it is served without them until then.
const TRANSIT_START_MS = 10_000

export async function createApiOf(
  core: Core,
  {
    command,
    registry,
    directory,
    mappings,
    store,
    checks,
    watch,
    refreshBalance,
    channel,
    mqttUrl,
  }: Stores &
    PartOfProcess & {
      /** What the process was started with. */
      command: string
      refreshBalance: (() => Promise<void>) | undefined
      channel: DeviceChannel | undefined
      /** Of the broker in this process. */
      mqttUrl?: string | undefined
    },
): Promise<Api> {
  const { config, clock, logger, stack } = core
  const { createApp } = await import('../api/app.ts')
  const { createFillForecasts } = await import('../api/fill-forecasts.ts')
  const { createTimetables } = await import('../api/timetables.ts')
  const { createTrafficHistories } = await import('../api/traffic-histories.ts')
  const { createTransitDesk } = await import('../api/transit-desk.ts')
  const { createCredentialSealer } = await import('../registry/seal-credentials.ts')
  const { createHookSecretSealer } = await import('../registry/seal-hook-secrets.ts')
  const { openMailer } = await import('../outside/open-mailer.ts')
  const { tryMapping } = await import('../ingest/mapping/try-mapping.ts')
  const { createQuarantineReplay } = await import('../ingest/replay-quarantined.ts')
  const { createFillForecaster } = await import('../rounds/fill-forecaster.ts')
  const { createRoundPlanner } = await import('../rounds/round-planner.ts')
  const metrics = createMetrics()
  watch(metrics)
  await observeProcessOf(core, { command, registry, store, metrics })
  const roads = await openRoads({ config, logger })
  stack.defer(() => roads.close())
  const roundPlanner = createRoundPlanner({ roads, logger })
  stack.defer(() => roundPlanner.close())
  const fillForecaster = createFillForecaster({ logger })
  stack.defer(() => fillForecaster.close())
  const timetables = createTimetables({ registry, clock, logger, limits: config.limits.api })
  stack.defer(() => timetables.close())
  const trafficHistories = createTrafficHistories({ store, directory, clock })
  const transit = createTransitDesk({
    registry,
    store,
    directory,
    timetables,
    trafficHistories,
    clock,
    logger,
  })
  stack.defer(() => transit.close())
  // Told to end while it starts, it waits for no timetable of a region that the desk's step would have.
  stack.defer(() => timetables.stopReading())
  // Who asks first is told of the vehicles, too: a feed without any reads as if all predictions were withdrawn.
  const started = new AbortController()
  await Promise.race([transit.step(), delay(TRANSIT_START_MS, undefined, { signal: started.signal })])
  started.abort()
  return createApp({
    registry,
    directory,
    store,
    clock,
    logger,
    version,
    metrics,
    roundPlanner,
    roads,
    fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
    trafficHistories,
    timetables,
    timetableImports: timetables,
    transit,
    sealer: config.secretKey === undefined ? undefined : createCredentialSealer(config.secretKey),
    hookReach: {
      sealer: config.secretKey === undefined ? undefined : createHookSecretSealer(config.secretKey),
      mailer: config.mailServer && openMailer(config.mailServer),
      isPrivateAllowed: config.isPrivateAllowed,
    },
    refreshBalance,
    judgesAlerts: true,
    channel,
    tryMapping,
    quarantine: createQuarantineReplay({
      registry,
      directory,
      mappings,
      store,
      oldestDays: config.oldestDays,
    }),
    health: () =>
      Promise.all([...checks, storeCheck(store), registryCheck(registry)].map((check) => check())),
    contactDays: config.contactDays,
    publicUrl: config.publicUrl,
    mqttUrl: config.publicMqttUrl ?? mqttUrl,
    mapStyle: config.mapStyle,
    trustedProxies: config.trustedProxies,
    limits: config.limits.api,
  })
}

/** The way to displays, where KERBSIDE_SOURCE names Kerbside's own broker with the installation's key. */
export async function openChannelOf({ config, logger, stack }: Core): Promise<DeviceChannel | undefined> {
  if (config.source.type !== 'mqtt') return undefined
  const { url, username } = splitSourceUrl(config.source.url)
  if (username !== '$installation') return undefined
  const { openMqttDeviceChannel } = await import('../api/mqtt-device-channel.ts')
  const channel = openMqttDeviceChannel({ url, logger })
  stack.defer(() => channel.close())
  return channel
}

function splitSourceUrl(text: string): { url: string; username: string } {
  const url = new URL(text)
  url.search = ''
  return { url: url.href, username: decodeURIComponent(url.username) }
}
