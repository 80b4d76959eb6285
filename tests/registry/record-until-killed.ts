import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'

// A process for sqlite-kill.test.ts: records batches and creates devices until it is killed, and says what was confirmed.

const [path = ''] = process.argv.slice(2)
const registry = await openSqliteRegistry({ path, clock: systemClock, logger: silentLogger })
let followsPosition = await registry.findPosition('journal-1')
for (;;) {
  const position = (followsPosition ?? 0) + 1
  await registry.recordIngested({
    source: 'journal-1',
    position,
    followsPosition,
    counts: [{ authority: 'alpha', stored: 3, quarantined: 1 }],
    quarantined: [
      {
        authority: 'alpha',
        device: null,
        topic: 'topic',
        payload: new Uint8Array(2_000),
        reason: 'not_json',
        detail: '',
        receivedTime: position,
      },
    ],
    sequences: [],
    statuses: [],
  })
  followsPosition = position
  const [created] = await registry.createDevices(
    'alpha',
    [
      {
        id: `bin-${position}`,
        kind: 'bin',
        name: null,
        longitude: null,
        latitude: null,
        uprn: null,
        usrn: null,
        stopIds: [],
        settings: {},
      },
    ],
    'test',
  )
  process.stdout.write(`${position} ${created?.device.id}\n`)
}
