import { expect, test } from 'vitest'
import { createReportDesk } from '../../api/report-desk.ts'
import { silentLogger } from '../../model/logger.ts'
import type { RoundMark } from '../../model/round-mark.ts'
import { formatTime } from '../../model/time.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { createReport } from '../registry/contract/citizen-reports.ts'
import { createBin } from '../registry/contract/harness.ts'
import { createRound } from '../registry/contract/sites.ts'

const HOUR_MS = 3_600_000
const LIMITS = { actor: 'test', openMax: 100, duplicateM: 30, duplicatesSince: 0 }

/** A town with a bin that is reported to overflow, at 60 % an hour ago, and a desk that is asked to look. */
async function openAlpha() {
  const app = await createTestApp()
  const { registry, store, clock } = app
  await app.createAuthority({ id: 'alpha' })
  await registry.createDevices('alpha', [createBin('bin-1'), createBin('bin-2')], 'test')
  const desk = createReportDesk({ registry, store, clock, logger: silentLogger })
  const reportedTime = clock.now()
  const read = (fillPercent: number, time = clock.now()) =>
    store.write([
      {
        authority: 'alpha',
        kind: 'bin',
        device: 'bin-1',
        part: '',
        time,
        receivedTime: time,
        fields: { fillPercent },
      },
    ])
  await read(60, reportedTime - HOUR_MS)
  const report = (changes: Parameters<typeof createReport>[0]) =>
    registry.createReport('alpha', createReport({ deviceId: 'bin-1', ...changes }), LIMITS)
  const { report: first } = await report({})
  /** What became of it, once somebody has looked. */
  const look = async (id = first.id) => {
    await desk.look()
    const { status, outcome } = await registry.getReport('alpha', id)
    return [status, outcome]
  }
  /** What a crew marks on a round of that day. */
  const mark = async (...marks: readonly RoundMark[]) =>
    registry.createRound(
      'alpha',
      createRound(`round-${marks.length}`, formatTime(clock.now()), { status: 'done', marks: [...marks] }),
    )
  return { app, desk, read, report, look, mark, reportedTime }
}

const done = (time: number): RoundMark => ({ type: 'done', deviceId: 'bin-1', time: formatTime(time) })

test('a report is answered once the readings show that the bin was emptied', async () => {
  const { app, read, look } = await openAlpha()
  expect(await look()).toEqual(['open', null])
  app.clock.advance(4 * 3_600)
  await read(62)
  expect(await look()).toEqual(['open', null])
  app.clock.advance(4 * 3_600)
  await read(3)
  expect(await look()).toEqual(['closed', 'emptied'])
  const { items } = await app.registry.listAudit('alpha', { limit: 100 })
  expect(items.at(-1)).toMatchObject({ actor: 'kerbside', action: 'report.update' })
  expect(items.filter(({ action }) => action === 'report.update')).toHaveLength(1)
})

test('a report is answered once a crew marks the bin, after it was made, and does not take that back', async () => {
  const { app, look, mark, reportedTime } = await openAlpha()
  await mark(done(reportedTime - 1))
  expect(await look()).toEqual(['open', null])
  const reopened: RoundMark = { type: 'reopened', deviceId: 'bin-1', time: formatTime(reportedTime + 2_000) }
  await mark(done(reportedTime + 1_000), reopened)
  expect(await look()).toEqual(['open', null])
  app.clock.advance(60)
  const again = done(reportedTime + 60_000)
  await mark(done(reportedTime + 1_000), reopened, again)
  expect(await look()).toEqual(['closed', 'emptied'])
})

test('what emptying does not answer stays open, and so does what is of no bin', async () => {
  const { app, report, look, mark } = await openAlpha()
  const damaged = await report({ service: 'damaged-bin' })
  const missed = await report({ service: 'missed-collection' })
  const unjoined = await report({ deviceId: null, latitude: 53 })
  app.clock.advance(60)
  await mark(done(app.clock.now()))
  expect(await look(missed.report.id)).toEqual(['closed', 'emptied'])
  expect(await look(damaged.report.id)).toEqual(['open', null])
  expect(await look(unjoined.report.id)).toEqual(['open', null])
})

test('of two processes one looks, and the other goes on when it ends', async () => {
  const { app, desk, look, mark } = await openAlpha()
  const { registry, store, clock } = app
  const other = createReportDesk({ registry, store, clock, logger: silentLogger })
  await other.look()
  await mark(done(clock.now()))
  expect(await look()).toEqual(['open', null])
  await other.close()
  clock.advance(3)
  await expect.poll(() => look(), { timeout: 10_000 }).toEqual(['closed', 'emptied'])
  await desk.close()
})

test('who reported is removed 90 days after it was closed', async () => {
  const { app, report, look } = await openAlpha()
  const { registry, clock } = app
  const { report: other } = await report({ service: 'other' })
  await registry.updateReport('alpha', other.id, { patch: { status: 'closed' } }, 'test')
  clock.advance(89 * 86_400)
  await look()
  const readContact = async () => (await registry.listReportVoices('alpha', other.id))[0]?.contact
  expect(await readContact()).not.toBeNull()
  clock.advance(86_400)
  await look()
  expect(await readContact()).toBeNull()
})
