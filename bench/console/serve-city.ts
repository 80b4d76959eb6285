import pino from 'pino'
import { createApp } from '../../api/app.ts'
import { createFillForecasts } from '../../api/fill-forecasts.ts'
import { createMetrics } from '../../api/metrics.ts'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { tryMapping } from '../../ingest/mapping/try-mapping.ts'
import { createQuarantineReplay } from '../../ingest/replay-quarantined.ts'
import { systemClock } from '../../model/clock.ts'
import { createRandom } from '../../model/random.ts'
import { openDeviceDirectory } from '../../registry/device-directory.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { createFillForecaster } from '../../rounds/fill-forecaster.ts'
import { openGraphRoads } from '../../rounds/roads/graph-roads.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { buildTownRoads } from '../../wiring/build-town-roads.ts'
import { type CitySize, fillCity } from './fill-city.ts'

/** The API of a city whose devices report all the time, straight to the store; tells its address, then lives until it is cut off. */
const [task = ''] = process.argv.slice(2)
const { authority, seed, size } = JSON.parse(task) as { authority: string; seed: number; size: CitySize }
const clock = systemClock
const logger = pino({ level: 'warn' })
const registry = await openSqliteRegistry({ path: ':memory:', clock, logger })
const store = await openDuckdbReadingStore({ path: ':memory:', logger })
const directory = await openDeviceDirectory(registry)
const city = fillCity({
  authority,
  ways: createTown({ seed }).streets.map(({ points }) => points),
  size,
  random: createRandom(seed),
})
await registry.createAuthority(
  { id: authority, timeZone: 'Europe/London', published: ['bins', 'counters', 'vehicles'] },
  'bench',
)
await registry.createDevices(authority, city.devices, 'bench')
await directory.refresh()
await store.write(city.readAll(clock.now()))
const roads = openGraphRoads({ graph: buildTownRoads(seed) })
const fillForecaster = createFillForecaster({ logger })
const app = await createApp({
  registry,
  directory,
  store,
  clock,
  logger,
  version: 'bench',
  metrics: createMetrics(),
  health: async () => [],
  tryMapping,
  quarantine: createQuarantineReplay({ registry, directory, store, oldestDays: 400 }),
  roundPlanner: createRoundPlanner({ logger }),
  fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
  trafficHistories: createTrafficHistories({ store, directory, clock }),
  roads,
  limits: { requestsPerMinutePerAddress: Number.MAX_SAFE_INTEGER },
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
setInterval(() => void store.write(city.readSome(clock.now())), 1_000)
process.on('disconnect', () => process.exit())
process.send?.(url)
