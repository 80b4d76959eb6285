#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=15 --no-separate-gc-phases
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import { createMetrics, type Metrics } from './api/metrics.ts'
import type { Api, HealthCheck } from './api/parts.ts'
import type { Broker } from './broker/broker.ts'
import type { Journal } from './broker/journal.ts'
import { type Address, type Config, readConfig } from './config.ts'
import type { ProgressListener } from './device-sim/progress.ts'
import { INGEST_LIMITS, type Ingest } from './ingest/start-ingest.ts'
import { PUBLISHABLE } from './model/authority.ts'
import type { Clock } from './model/clock.ts'
import type { DeviceChannel } from './model/device-channel.ts'
import { KerbsideError, messageOf } from './model/error.ts'
import type { MessageSource } from './model/message-source.ts'
import { formatTime } from './model/time.ts'
import { openRoads } from './open-roads.ts'
import { type DeviceDirectory, openDeviceDirectory } from './registry/device-directory.ts'
import type { Registry } from './registry/registry.ts'
import type { ReadingStore } from './store/reading-store.ts'

const USAGE = `kerbside: from a device's publish to rounds for the lorries and feeds for the buses

  kerbside up [--demo]              all in one process; --demo adds a simulated town
  kerbside broker                   MQTT and the journal
  kerbside ingest                   from a broker to the store
  kerbside api                      HTTP
  kerbside sim [--seed N]           a simulated town that publishes to a running Kerbside
  kerbside replay PATH [--speed N] [--authority ID]
                                    publishes a recording as if it were live; speed 0 is as fast as it goes
  kerbside plan AUTHORITY [--date D] [--next-date D] [--seconds S] [--threads N] [--seed K] [--bins a,b]
                       [--out FILE]
                                    has a running Kerbside plan a round; FILE ends in .json, .geojson, .gpx, .csv, .html
  kerbside import osm FILE.osm.pbf  the streets that rounds are planned on, instead of those imported before
  kerbside import devices FILE --authority ID [--kind bin] [--credentials FILE] [--map FIELD=PROPERTY] [--skip-bad]
                                    registers what a GeoJSON or CSV file lists: devices, depots, tips
  kerbside import gtfs FILE.zip --authority ID
                                    puts a timetable to use, or says what is wrong with it
  kerbside key                      makes a new key of the installation and prints it; the old one ends
  kerbside bench NAME …             measures: ingest, store, connections, kill, outage, traffic, forecast, vrp, rounds, matrix, gtfs-import, predictions, signs, feed

Settings come from the environment: docs/configuration.md.
`

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  version: string
}

const HEALTH_TIMEOUT_MS = 2_000
// A first start of a region takes longer to read its timetables: it is served without them until then.
const TRANSIT_START_MS = 10_000
// How long a process that is being replaced may take to let go of its files.
const FILE_PATIENCE_MS = 3_000
const DEMO_AUTHORITY = 'demo'

/** What every process begins with; `stack` closes what was opened, in reverse order. */
interface Core {
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
  readonly stack: AsyncDisposableStack
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal
  /** The work is done. */
  end(): void
  /** A part has failed for good: the process ends with this error, to be started again. */
  fail(error: unknown): void
}

interface Stores {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly store: ReadingStore
}

type Check = () => Promise<HealthCheck>

/** What a part adds to the HTTP server of its process. */
interface PartOfProcess {
  readonly checks: readonly Check[]
  watch(metrics: Metrics): void
}

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  up,
  broker,
  ingest,
  api,
  sim,
  replay,
  plan,
  import: importFile,
  key,
  bench,
}

async function runCommand([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    if (['', 'help', '--help', '-h'].includes(name)) {
      process.stderr.write(USAGE)
      return 0
    }
    const names = Object.keys(COMMANDS).join(', ')
    process.stderr.write(
      `kerbside: ${name} is no command; there are ${names} (kerbside help explains them)\n`,
    )
    return 2
  }
  try {
    await command(args)
    return 0
  } catch (error) {
    if (error instanceof KerbsideError) {
      process.stderr.write(`kerbside: ${error.message}\n`)
      return 1
    }
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      process.stderr.write(`kerbside ${name}: ${error.message}\n\n${USAGE}`)
      return 2
    }
    throw error
  }
}

/** All in one process. */
async function up(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { demo: { type: 'boolean', default: false } } })
  await serve(async (core) => {
    const { config, stack, logger } = core
    const registry = await openRegistry(core)
    const directory = await openDeviceDirectory(registry)
    const store = await openStore(core)
    // Not before the store is ours: a second one on the same folder must not change the key of the first.
    const newKey = await ensureInstallationKey(core, registry)
    const ports =
      config.source.type === 'journal'
        ? await startJournalled(core, { registry, directory, store })
        : await startFromBroker(core, { registry, directory, store }, config.source.url)
    await startConnections(core, { registry, directory, store })
    const channel = ports.broker?.channel
    const app = await createApiOf(core, { registry, directory, store, ...ports, channel })
    if (ports.broker) attachWebSockets(app.server, ports.broker)
    await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
    stack.defer(() => app.close())
    const http = urlOf('http', config.http, app.server.address())
    const mqtt = ports.broker ? brokerUrl(config, ports.broker) : undefined
    logger.info({ http, mqtt, version }, 'ready')
    greet({ http, mqtt, newKey })
    if (values.demo && mqtt) {
      process.stdout.write(
        `  Town  ${http}/v1/authorities/${DEMO_AUTHORITY}/bins, and counters, displays, vehicles: no key needed\n`,
      )
      await startDemo(core, registry, { http, mqtt })
    }
  })
}

/** MQTT and the journal, which the ingest service empties. */
async function broker(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const { config, logger } = core
    const registry = await openRegistry(core)
    await ensureInstallationKey(core, registry)
    const directory = await openDeviceDirectory(registry)
    const journal = await openJournalOf(core, registry)
    const running = await startBrokerOf(core, { registry, directory, journal, hasRelay: true })
    const http = await serveStatus(core, {
      checks: [journalCheck(journal), registryCheck(registry)],
      watch: (metrics) => watchBroker(metrics, running, journal),
      onServer: (server) => attachWebSockets(server, running),
    })
    logger.info({ http, mqtt: brokerUrl(config, running), version }, 'ready')
  })
}

/** From a broker to the store. */
async function ingest(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const { config, logger } = core
    if (config.source.type !== 'mqtt') {
      throw new KerbsideError(
        'INVALID_CONFIG',
        'KERBSIDE_SOURCE: the address of a broker is needed, mqtt://HOST:PORT',
      )
    }
    refuseDuckdb(config, 'ingest')
    const registry = await openRegistry(core)
    const directory = await openDeviceDirectory(registry)
    const store = await openStore(core)
    const { checks, watch } = await startFromBroker(core, { registry, directory, store }, config.source.url)
    await startConnections(core, { registry, directory, store })
    const http = await serveStatus(core, {
      checks: [...checks, storeCheck(store), registryCheck(registry)],
      watch,
    })
    logger.info({ http, version }, 'ready')
  })
}

/** HTTP. */
async function api(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const { config, stack, logger } = core
    refuseDuckdb(config, 'api')
    const registry = await openRegistry(core)
    const newKey = await ensureInstallationKey(core, registry)
    const directory = await openDeviceDirectory(registry)
    const store = await openStore(core)
    const app = await createApiOf(core, {
      registry,
      directory,
      store,
      checks: [],
      watch() {},
      refreshBalance: undefined,
      channel: await openChannelOf(core),
    })
    await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
    stack.defer(() => app.close())
    const http = urlOf('http', config.http, app.server.address())
    logger.info({ http, version }, 'ready')
    greet({ http, mqtt: undefined, newKey })
  })
}

/** A simulated town that publishes to a running Kerbside, whose addresses are KERBSIDE_HTTP and KERBSIDE_MQTT. */
async function sim(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      authority: { type: 'string', default: 'demo' },
      'history-days': { type: 'string', default: '28' },
    },
  })
  await serve(async (core) => {
    const { runSim } = await import('./device-sim/run-sim.ts')
    const { config, clock, logger } = core
    logger.info({ version }, 'ready')
    await runSim({
      ...clientOf(config),
      clock,
      logger,
      seed: wholeNumber('--seed', values.seed),
      authority: values.authority,
      historyDays: wholeNumber('--history-days', values['history-days']),
      credentialsPath: join(config.dataFolder, `sim-${values.authority}.json`),
      signal: core.signal,
      onProgress: showProgress(logger),
    })
  })
}

/** Publishes a recording as if it were live, and ends. */
async function replay(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { speed: { type: 'string', default: '1' }, authority: { type: 'string' } },
  })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) {
    throw new KerbsideError('INVALID_REQUEST', 'replay: one PATH is expected, of a folder with a recording')
  }
  const speed = Number(values.speed)
  if (!(speed >= 0))
    throw new KerbsideError('INVALID_REQUEST', `--speed: ${values.speed} is no number from 0`)
  await serve(async (core) => {
    const { replayRecording } = await import('./device-sim/replay.ts')
    const { config, clock, logger } = core
    const result = await replayRecording({
      ...clientOf(config),
      path,
      speed,
      clock,
      logger,
      ...(values.authority === undefined ? {} : { authority: values.authority }),
      signal: core.signal,
      onProgress: showProgress(logger),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}

/** Keeps what a file holds, for all authorities, and ends. */
async function importFile(args: string[]): Promise<void> {
  if (args[0] === 'devices') return importDevices(args.slice(1))
  if (args[0] === 'gtfs') return importGtfs(args.slice(1))
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const [kind, path, ...more] = positionals
  if (kind !== 'osm' || path === undefined || more.length > 0) {
    throw new KerbsideError(
      'INVALID_REQUEST',
      'import: osm FILE.osm.pbf is expected, an OpenStreetMap extract, devices FILE, or gtfs FILE.zip',
    )
  }
  await serve(async ({ config, logger, end }) => {
    const { importOsm } = await import('./rounds/roads/import-osm.ts')
    const { writeRoadGraph } = await import('./rounds/roads/road-graph-file.ts')
    const target =
      config.roads.type === 'graph' ? config.roads.path : join(config.dataFolder, 'roads.kerbside')
    prepareFolderOf(target, 'KERBSIDE_ROADS', config)
    const graph = await importOsm(path, showProgress(logger))
    const isReplaced = existsSync(target)
    writeRoadGraph(target, graph)
    logger.info(
      { path: target, isReplaced },
      'the map is imported: processes that run take it at their next start',
    )
    process.stdout.write(`${JSON.stringify({ path: target, isReplaced, ...graph.about })}\n`)
    end()
  })
}

/** Registers what a list names in a running Kerbside, and ends. */
async function importDevices(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runImportDevicesCommand } = await import('./import-devices-command.ts')
    const { config, logger, signal } = core
    const result = await runImportDevicesCommand(args, {
      ...clientOf(config),
      logger,
      signal,
      onProgress: showProgress(logger),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}

/** Puts a timetable to use in a running Kerbside, and ends. */
async function importGtfs(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runImportGtfsCommand } = await import('./import-gtfs-command.ts')
    const { config, logger, signal } = core
    const result = await runImportGtfsCommand(args, {
      ...clientOf(config),
      signal,
      onProgress: showProgress(logger),
      print: (line) => process.stderr.write(`${line}\n`),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}

/** Has a running Kerbside plan a round, and ends; told to end before, it cancels the round. */
async function plan(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runPlanCommand } = await import('./plan-command.ts')
    const { config, clock, logger, signal, stack } = core
    const planning = runPlanCommand(args, {
      ...clientOf(config),
      clock,
      logger,
      signal,
      terminal: process.stderr.isTTY ? process.stderr : undefined,
      print: (text) => process.stdout.write(text),
    })
    stack.defer(() => planning)
    await planning
    core.end()
  })
}

/** Replaces the installation's key, where it was lost. */
async function key(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const registry = await openRegistry(core)
    process.stdout.write(`${await registry.setInstallationKey(core.config.adminKey)}\n`)
    core.end()
  })
}

async function bench([name = '', ...args]: string[]): Promise<void> {
  const benches: Record<string, () => Promise<(args: string[]) => Promise<Record<string, number | string>>>> =
    {
      ingest: async () => (await import('./bench/ingest.ts')).benchIngest,
      store: async () => (await import('./bench/store.ts')).benchStore,
      matrix: async () => (await import('./bench/matrix.ts')).benchMatrix,
      connections: async () => (await import('./bench/connections.ts')).benchConnections,
      kill: async () => (await import('./bench/kill.ts')).benchKill,
      outage: async () => (await import('./bench/outage.ts')).benchOutage,
      traffic: async () => (await import('./bench/traffic.ts')).benchTraffic,
      forecast: async () => (await import('./bench/fill-forecast.ts')).benchFillForecast,
      vrp: async () => (await import('./bench/vrp.ts')).benchVrp,
      rounds: async () => (await import('./bench/rounds.ts')).benchRounds,
      feed: async () => (await import('./bench/feed.ts')).benchFeed,
      signs: async () => (await import('./bench/signs.ts')).benchSigns,
      predictions: async () => (await import('./bench/predictions.ts')).benchPredictions,
      'gtfs-import': async () => (await import('./bench/gtfs-import.ts')).benchGtfsImport,
    }
  const load = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (!load) {
    const names = Object.keys(benches).join(', ')
    throw new KerbsideError(
      'INVALID_REQUEST',
      `bench: ${name || 'nothing'} is no benchmark; there are ${names}`,
    )
  }
  const run = await load()
  process.stdout.write(`${JSON.stringify(await run(args))}\n`)
}

/** Runs until it is told to end by a signal, by `core.end`, or by a failure; then closes all, the last opened first. */
async function serve(run: (core: Core) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const isTerminal = process.stderr.isTTY && !process.env['KERBSIDE_LOG']
  const logger = pino(
    { level: isTerminal ? 'warn' : config.logLevel, timestamp: pino.stdTimeFunctions.isoTime, base: null },
    pino.destination({ fd: 2, sync: true }),
  )
  const ended = Promise.withResolvers<void>()
  const stopping = new AbortController()
  const stack = new AsyncDisposableStack()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'ending')
      stopping.abort()
      ended.resolve()
    })
  }
  try {
    const core: Core = {
      config,
      clock: config.createClock(),
      logger,
      stack,
      signal: stopping.signal,
      end: ended.resolve,
      fail: ended.reject,
    }
    await Promise.race([run(core).then(() => ended.promise), ended.promise])
  } finally {
    await stack.disposeAsync()
  }
}

async function openRegistry({ config, clock, logger, stack }: Core): Promise<Registry> {
  const { registry: where } = config
  const isFile = where.type === 'sqlite'
  if (isFile) prepareFolderOf(where.path, 'KERBSIDE_REGISTRY', config)
  const registry = await untilThere({ logger, name: 'registry', isFile }, async () => {
    if (where.type === 'postgres') {
      const { openPostgresRegistry } = await import('./registry/postgres-registry.ts')
      return openPostgresRegistry({ url: where.url, clock, logger })
    }
    const { openSqliteRegistry } = await import('./registry/sqlite-registry.ts')
    return openSqliteRegistry({ path: where.path, clock, logger })
  })
  stack.defer(() => registry.close())
  return registry
}

async function openStore({ config, logger, stack }: Core): Promise<ReadingStore> {
  const { store: where } = config
  const isFile = where.type === 'duckdb'
  if (isFile) prepareFolderOf(where.path, 'KERBSIDE_STORE', config)
  const store = await untilThere({ logger, name: 'store', isFile }, async () => {
    if (where.type === 'influxdb') {
      const { openInfluxdbReadingStore } = await import('./store/influxdb-reading-store.ts')
      return openInfluxdbReadingStore({ url: where.url, logger })
    }
    const { openDuckdbReadingStore } = await import('./store/duckdb-reading-store.ts')
    return openDuckdbReadingStore({ path: where.path, logger })
  })
  stack.defer(() => store.close())
  return store
}

/** A server that starts later than this process is waited for; a file, only until its last user may have ended. */
async function untilThere<T>(
  { logger, name, isFile }: { logger: Logger; name: string; isFile: boolean },
  open: () => Promise<T>,
): Promise<T> {
  const deadline = isFile ? performance.now() + FILE_PATIENCE_MS : Number.POSITIVE_INFINITY
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof KerbsideError) || !error.canRetry || performance.now() > deadline) throw error
      logger.warn({ error: error.message, waitMs }, `the ${name} is not there yet`)
      await delay(waitMs)
    }
  }
}

/** Makes the folder of a file where it is missing; throws INVALID_CONFIG, naming the variable, where it is of no use. */
function prepareFolderOf(path: string, variable: string, { dataFolder }: Config): void {
  if (path === ':memory:') return
  const folder = dirname(resolve(path))
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const name = folder === dataFolder ? 'KERBSIDE_DATA' : variable
    throw new KerbsideError(
      'INVALID_CONFIG',
      `${name}: the folder ${folder} is of no use (${messageOf(error)}): one that this process may make and write to is expected`,
    )
  }
}

/** Turns a failure to listen into INVALID_CONFIG that names the variable; the address is told by its port. */
async function listening<T>(
  addresses: Readonly<Record<string, Address | undefined>>,
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    const { syscall, port } = error as { syscall?: unknown; port?: unknown }
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error
    const all = Object.entries(addresses).filter(([, address]) => address !== undefined)
    const [variable, address] = all.find(([, candidate]) => candidate?.port === port) ?? all[0] ?? []
    throw new KerbsideError(
      'INVALID_CONFIG',
      `${variable}: cannot listen on ${address?.host}:${address?.port} (${messageOf(error)}): HOST:PORT of this machine that no other process has is expected, or port 0 for any`,
    )
  }
}

function refuseDuckdb(config: Config, command: string): void {
  if (config.store.type !== 'duckdb') return
  throw new KerbsideError(
    'INVALID_CONFIG',
    `KERBSIDE_STORE: DuckDB's file belongs to one process, so kerbside ${command} cannot share it; set an InfluxDB, ` +
      'influxdb:http://HOST:PORT?database=NAME, or run kerbside up',
  )
}

function wholeNumber(name: string, value: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new KerbsideError('INVALID_REQUEST', `${name}: ${value} is no whole number from 0`)
}

/** Broker, journal and ingest, for the one-process shape. */
async function startJournalled(
  core: Core,
  { registry, directory, store }: Stores,
): Promise<PartOfProcess & { broker: Broker; refreshBalance: () => Promise<void> }> {
  const journal = await openJournalOf(core, registry)
  const source = journal.openSource()
  const running = await startIngestOf(core, { registry, directory, store }, source)
  const broker = await startBrokerOf(core, { registry, directory, journal, hasRelay: false })
  return {
    broker,
    refreshBalance: () => broker.reportAccepted(),
    checks: [journalCheck(journal), ...running.checks],
    watch(metrics) {
      watchBroker(metrics, broker, journal)
      running.watch(metrics)
    },
  }
}

/** An ingest that reads from a broker over MQTT. */
async function startFromBroker(
  core: Core,
  stores: Stores,
  url: string,
): Promise<PartOfProcess & { broker: undefined; refreshBalance: undefined }> {
  const { openMqttSource } = await import('./ingest/mqtt-source.ts')
  const source = await openMqttSource({
    url,
    registry: stores.registry,
    clock: core.clock,
    logger: core.logger,
  })
  core.stack.defer(() => source.close())
  const running = await startIngestOf(core, stores, source)
  return { ...running, broker: undefined, refreshBalance: undefined }
}

/** What the connections that authorities have set up bring, through an ingest of its own. */
async function startConnections(core: Core, stores: Stores): Promise<void> {
  const { openConnectionSource } = await import('./ingest/connections/connection-source.ts')
  const { createCredentialSealer } = await import('./registry/seal-credentials.ts')
  const { config, clock, logger, stack } = core
  const { secretKey, isPrivateAllowed } = config
  const sealer = secretKey === undefined ? undefined : createCredentialSealer(secretKey)
  const { registry, directory } = stores
  const source = openConnectionSource({ registry, directory, sealer, isPrivateAllowed, clock, logger })
  stack.defer(() => source.close())
  await startIngestOf(core, stores, source)
}

async function startIngestOf(core: Core, stores: Stores, source: MessageSource): Promise<PartOfProcess> {
  const { startIngest } = await import('./ingest/start-ingest.ts')
  const { config, clock, logger, stack } = core
  const running = startIngest({
    ...stores,
    source,
    clock,
    logger,
    oldestDays: config.oldestDays,
    limits: { ...INGEST_LIMITS, quarantine: config.limits.quarantine },
  })
  running.ended.catch(core.fail)
  stack.defer(() => running.close())
  return {
    checks: [
      async () => {
        const { away } = running.stats()
        return {
          name: 'ingest',
          isReady: away.length === 0,
          detail: away.length === 0 ? null : `waits for ${away}`,
        }
      },
    ],
    watch: (metrics) => watchIngest(metrics, running),
  }
}

async function openJournalOf({ config, clock, logger, stack }: Core, registry: Registry): Promise<Journal> {
  const path = join(config.dataFolder, 'journal.sqlite')
  prepareFolderOf(path, 'KERBSIDE_DATA', config)
  const { openJournal } = await import('./broker/journal.ts')
  const { alignJournal } = await import('./broker/align-journal.ts')
  const journal = await openJournal({
    path,
    clock,
    logger,
    limitBytes: config.limits.journalBytes,
  })
  stack.defer(() => journal.close())
  await alignJournal({ journal, registry, logger })
  return journal
}

async function startBrokerOf(
  { config, clock, logger, stack }: Core,
  parts: { registry: Registry; directory: DeviceDirectory; journal: Journal; hasRelay: boolean },
): Promise<Broker> {
  const { startBroker } = await import('./broker/broker.ts')
  const { mqtt, mqtts } = config
  const broker = await listening({ KERBSIDE_MQTT: mqtt, KERBSIDE_MQTTS: mqtts }, () =>
    startBroker({
      ...parts,
      clock,
      logger,
      listen: { mqtt, ...(mqtts ? { mqtts } : {}) },
      limits: config.limits.broker,
    }),
  )
  stack.defer(() => broker.close())
  return broker
}

async function createApiOf(
  { config, clock, logger, stack }: Core,
  {
    registry,
    directory,
    store,
    checks,
    watch,
    refreshBalance,
    channel,
  }: Stores &
    PartOfProcess & {
      refreshBalance: (() => Promise<void>) | undefined
      channel: DeviceChannel | undefined
    },
): Promise<Api> {
  const { createApp } = await import('./api/app.ts')
  const { createFillForecasts } = await import('./api/fill-forecasts.ts')
  const { createTimetables } = await import('./api/timetables.ts')
  const { createTrafficHistories } = await import('./api/traffic-histories.ts')
  const { createTransitDesk } = await import('./api/transit-desk.ts')
  const { createCredentialSealer } = await import('./registry/seal-credentials.ts')
  const { createQuarantineReplay } = await import('./ingest/replay-quarantined.ts')
  const { createFillForecaster } = await import('./rounds/fill-forecaster.ts')
  const { createRoundPlanner } = await import('./rounds/round-planner.ts')
  const metrics = createMetrics()
  watch(metrics)
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
    fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
    trafficHistories,
    timetables,
    timetableImports: timetables,
    transit,
    sealer: config.secretKey === undefined ? undefined : createCredentialSealer(config.secretKey),
    refreshBalance,
    channel,
    quarantine: createQuarantineReplay({ registry, directory, store, oldestDays: config.oldestDays }),
    health: () =>
      Promise.all([...checks, storeCheck(store), registryCheck(registry)].map((check) => check())),
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    limits: config.limits.api,
  })
}

/** The way to displays, where KERBSIDE_SOURCE names Kerbside's own broker with the installation's key. */
async function openChannelOf({ config, logger, stack }: Core): Promise<DeviceChannel | undefined> {
  if (config.source.type !== 'mqtt') return undefined
  const { url, username } = splitSourceUrl(config.source.url)
  if (username !== '$installation') return undefined
  const { openMqttDeviceChannel } = await import('./api/mqtt-device-channel.ts')
  const channel = openMqttDeviceChannel({ url, logger })
  stack.defer(() => channel.close())
  return channel
}

function splitSourceUrl(text: string): { url: string; username: string } {
  const url = new URL(text)
  url.search = ''
  return { url: url.href, username: decodeURIComponent(url.username) }
}

/** Health and metrics alone, for processes that serve nothing else. Resolves with its address. */
async function serveStatus(
  { config, logger, stack }: Core,
  { checks, watch, onServer }: PartOfProcess & { onServer?: (server: Server) => void },
): Promise<string> {
  const { createStatusApp } = await import('./api/status-app.ts')
  const metrics = createMetrics()
  watch(metrics)
  const app = await createStatusApp({
    version,
    metrics,
    logger,
    health: () => Promise.all(checks.map((check) => check())),
  })
  onServer?.(app.server)
  await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
  stack.defer(() => app.close())
  return urlOf('http', config.http, app.server.address())
}

function attachWebSockets(server: Server, broker: Broker): void {
  server.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
}

const storeCheck = (store: ReadingStore): Check => checkOf('store', () => store.check())
const registryCheck = (registry: Registry): Check => checkOf('registry', () => registry.check())

function journalCheck(journal: Journal): Check {
  return async () => {
    const { isAccepting, problem } = journal.stats()
    return { name: 'journal', isReady: isAccepting, detail: problem }
  }
}

function checkOf(name: string, check: () => Promise<void>): Check {
  return async () => {
    const timeout = AbortSignal.timeout(HEALTH_TIMEOUT_MS)
    const late = once(timeout, 'abort').then(() => {
      throw new Error(`no answer within ${HEALTH_TIMEOUT_MS} ms`)
    })
    try {
      await Promise.race([check(), late])
      return { name, isReady: true, detail: null }
    } catch (error) {
      return { name, isReady: false, detail: messageOf(error) }
    }
  }
}

function watchBroker(metrics: Metrics, broker: Broker, journal: Journal): void {
  metrics.watch({
    name: 'kerbside_mqtt_connections',
    help: 'Open MQTT connections',
    type: 'gauge',
    read: () => broker.stats().connections,
  })
  metrics.watch({
    name: 'kerbside_journal_messages_total',
    help: 'Messages committed to the journal since the start',
    type: 'counter',
    read: () => journal.stats().appended,
  })
  metrics.watch({
    name: 'kerbside_journal_pending_messages',
    help: 'Messages in the journal that are not stored yet',
    type: 'gauge',
    read: () => journal.stats().pendingMessages,
  })
  metrics.watch({
    name: 'kerbside_journal_bytes',
    help: 'What these take, towards kerbside_journal_limit_bytes',
    type: 'gauge',
    read: () => journal.stats().bytes,
  })
  metrics.watch({
    name: 'kerbside_journal_limit_bytes',
    help: 'At this size the broker stops to accept',
    type: 'gauge',
    read: () => journal.stats().limitBytes,
  })
  metrics.watch({
    name: 'kerbside_journal_accepting',
    help: '1 where the journal takes messages, 0 where it is full or its disk fails',
    type: 'gauge',
    read: () => Number(journal.stats().isAccepting),
  })
}

function watchIngest(metrics: Metrics, ingest: Ingest): void {
  const counters = {
    messages: 'Messages done with',
    stored: 'Readings stored',
    quarantined: 'Readings quarantined',
    batches: 'Batches written',
  } as const
  for (const [name, help] of Object.entries(counters)) {
    metrics.watch({
      name: `kerbside_ingest_${name}_total`,
      help: `${help} since the start`,
      type: 'counter',
      read: () => ingest.stats()[name as keyof typeof counters],
    })
  }
}

/** Takes KERBSIDE_ADMIN_KEY, or makes a key at the first start, which is then the result, to be shown once. */
async function ensureInstallationKey({ config }: Core, registry: Registry): Promise<string | undefined> {
  if (config.adminKey === undefined) return registry.createInstallationKey()
  await registry.setInstallationKey(config.adminKey)
  return undefined
}

function urlOf(scheme: string, wanted: Address, address: AddressInfo | string | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : wanted.port
  // An address that means all of a machine's is none to connect to.
  const host = ['0.0.0.0', '::'].includes(wanted.host) ? '127.0.0.1' : wanted.host
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function greet({
  http,
  mqtt,
  newKey,
}: {
  http: string
  mqtt: string | undefined
  newKey: string | undefined
}): void {
  const lines = [
    `Kerbside ${version}`,
    `  API   ${http}/v1, described at ${http}/docs`,
    ...(mqtt === undefined ? [] : [`  MQTT  ${mqtt}`]),
    ...(newKey === undefined
      ? []
      : [
          `  Key   ${newKey}`,
          '        the installation’s own; it is shown this once: keep it (kerbside key makes a new one)',
        ]),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function brokerUrl(config: Config, { mqttPort }: Broker): string {
  return urlOf('mqtt', config.mqtt, { address: '', family: '', port: mqttPort ?? 0 })
}

/** Where `sim` and `replay` find the Kerbside that they publish to. */
function clientOf(config: Config): { apiUrl: string; mqttUrl: string; adminKey: string } {
  if (config.adminKey === undefined) {
    throw new KerbsideError(
      'INVALID_CONFIG',
      'KERBSIDE_ADMIN_KEY: the key of the installation is needed here',
    )
  }
  return {
    apiUrl: urlOf('http', config.http, null),
    mqttUrl: urlOf('mqtt', config.mqtt, null),
    adminKey: config.adminKey,
  }
}

/**
 * The simulated town beside `kerbside up --demo`, in a process of its own, since a town's devices are no part of the
 * server. It gets a key of the demonstration's authority alone, kept beside the data for the next start.
 */
async function startDemo(
  { config, clock, logger, stack }: Core,
  registry: Registry,
  { http, mqtt }: { http: string; mqtt: string },
): Promise<void> {
  const adminKey = await findDemoKey(config, registry)
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), 'sim', '--authority', DEMO_AUTHORITY],
    {
      env: {
        ...process.env,
        KERBSIDE_ADMIN_KEY: adminKey,
        KERBSIDE_HTTP: new URL(http).host,
        KERBSIDE_MQTT: new URL(mqtt).host,
        ...(clock.speed === 1 ? {} : { KERBSIDE_CLOCK: `${formatTime(clock.now())}*${clock.speed}` }),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const gone = once(child, 'exit')
  gone.then(([code]) => {
    if (code) logger.error({ code }, 'the simulated town has ended')
  })
  stack.defer(async () => {
    child.kill()
    await gone
  })
}

async function findDemoKey(config: Config, registry: Registry): Promise<string> {
  const path = join(config.dataFolder, 'demo-key')
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
  if (kept !== undefined && (await registry.findKey(kept))?.authority === DEMO_AUTHORITY) return kept
  try {
    await registry.createAuthority(
      { id: DEMO_AUTHORITY, name: 'Kerbstead', timeZone: 'Europe/London', published: [...PUBLISHABLE] },
      'installation',
    )
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'ALREADY_EXISTS') throw error
  }
  const key = { name: 'The simulated town', scopes: ['admin' as const] }
  const { secret } = await registry.createKey(DEMO_AUTHORITY, key, 'installation')
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return secret
}

/** A bar that is written over on a terminal, otherwise at most a line a second in the log. */
function showProgress(logger: Logger): ProgressListener {
  let shownAt = 0
  return ({ phase, done, total }) => {
    const percent = Math.floor((done / Math.max(total, 1)) * 100)
    const isLast = done >= total
    if (process.stderr.isTTY) {
      const bar = '█'.repeat(Math.floor(percent / 4)).padEnd(25, '░')
      process.stderr.write(`\r${phase} ${bar} ${percent} %${isLast ? '\n' : ''}`)
    } else if (isLast || performance.now() - shownAt > 1_000) {
      shownAt = performance.now()
      logger.info({ done, total, percent }, phase)
    }
  }
}

// Last, so that everything above is there.
process.exit(await runCommand(process.argv.slice(2)))
