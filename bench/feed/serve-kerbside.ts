import { readFileSync } from 'node:fs'
import pino from 'pino'
import { createApp } from '../../api/app.ts'
import { createFillForecasts } from '../../api/fill-forecasts.ts'
import { createMetrics } from '../../api/metrics.ts'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { tryMapping } from '../../ingest/mapping/try-mapping.ts'
import { createQuarantineReplay } from '../../ingest/replay-quarantined.ts'
import { createScaledClock } from '../../model/clock.ts'
import { openDeviceDirectory } from '../../registry/device-directory.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { createFillForecaster } from '../../rounds/fill-forecaster.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { readTimetable } from '../../transit/timetable/read-timetable.ts'
import type { TransitSnapshot } from '../../transit/trip-prediction.ts'
import { answerProcessorTime } from './processor-time.ts'
import { trackTown } from './track-town.ts'

/** How often the town's buses are heard of: with each, everything is made anew. */
const SNAPSHOT_EVERY_MS = 1_000
const SNAPSHOTS = 12

/** The API, of which `town` has the timetable of a zip, departures published and buses that never stand still. */
const [zip = ''] = process.argv.slice(2)
const clock = createScaledClock(Date.parse('2026-06-15T12:00:00Z'), 1)
// As an installation logs that has set KERBSIDE_LOG to warn, which a busy one does.
const logger = pino({ level: 'warn' })
const registry = await openSqliteRegistry({ path: ':memory:', clock, logger })
const store = await openDuckdbReadingStore({ path: ':memory:', logger })
const directory = await openDeviceDirectory(registry)
await registry.createAuthority(
  { id: 'town', timeZone: 'Europe/London', published: ['departures', 'gtfs-rt'] },
  'bench',
)
const { timetable } = readTimetable(readFileSync(zip))
if (!timetable) throw new Error(`${zip} is no timetable`)

// Made beforehand: what a tracker takes is not what is measured here.
const snapshots = Array.from({ length: SNAPSHOTS }, (_, index) =>
  trackTown(timetable, clock.now() + index * SNAPSHOT_EVERY_MS),
)
let current = 0
const listeners = new Set<() => void>()
setInterval(() => {
  current = (current + 1) % SNAPSHOTS
  for (const listener of listeners) listener()
}, SNAPSHOT_EVERY_MS)

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
  timetables: { find: async () => timetable },
  transit: {
    snapshot: (): TransitSnapshot | undefined => snapshots[current],
    onChange(_, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    accuracy: () => undefined,
    recentAccuracy: () => [],
  },
  limits: { requestsPerMinutePerAddress: Number.MAX_SAFE_INTEGER },
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
answerProcessorTime(url)
