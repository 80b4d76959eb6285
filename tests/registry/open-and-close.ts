import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'

// A process for sqlite-kill.test.ts: opens a registry, and says whether it was the one that migrated it.

const [path = ''] = process.argv.slice(2)
const logger = { ...silentLogger, info: () => process.stdout.write('migrated\n') }
const registry = await openSqliteRegistry({ path, clock: systemClock, logger })
await registry.close()
