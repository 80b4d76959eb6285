import { expect, it } from 'vitest'
import { startAcceptedReporter } from '../../ingest/accepted-report.ts'
import { silentLogger } from '../../model/logger.ts'
import { openTown } from './open-town.ts'

it('what is pending for an authority that was created anew is shown after a restart, too', async () => {
  const { registry } = await openTown([])
  const source = 'mqtt:kerbside-ingest'
  await registry.reportAccepted(source, [{ authority: 'town', accepted: 1_000, oldestPendingTime: null }])
  await registry.recordIngested({
    source,
    position: undefined,
    counts: [{ authority: 'town', stored: 900, quarantined: 100 }],
    quarantined: [],
    sequences: [],
    statuses: [],
  })
  await registry.deleteAuthority('town', 'test')
  await registry.createAuthority({ id: 'town', name: 'Town', timeZone: 'UTC', published: [] }, 'test')

  const counts = await registry.listSourceCounts(source)
  const reporter = startAcceptedReporter({
    source,
    counts,
    registry,
    logger: silentLogger,
    listHeld: () => [],
  })
  reporter.note('town', 300)
  await reporter.close()
  expect(await registry.getBalance('town', 0)).toMatchObject({ accepted: 300, stored: 0, pending: 300 })
})
