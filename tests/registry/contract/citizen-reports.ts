import { describe, expect, test } from 'vitest'
import type { NewCitizenReport } from '../../../model/citizen-report.ts'
import { DEFAULT_REPORT_SETTINGS } from '../../../model/report-settings.ts'
import type { Registry } from '../../../registry/registry.ts'
import { ACTOR, createBin, openWithAuthorities, type RegistryHarness } from './harness.ts'

const DAY_MS = 86_400_000
const CONTACT = { firstName: 'Ann', lastName: 'Example', email: 'ann@town.example', phone: null }
const WORDS = { description: 'Full up', address: '1 High Street', addressId: null, mediaUrl: null }
const LIMITS = { actor: ACTOR, openMax: 100, duplicateM: 30, duplicatesSince: 0 }

export function createReport(changes: Partial<NewCitizenReport> = {}): NewCitizenReport {
  return {
    service: 'overflowing-bin',
    deviceId: null,
    longitude: 13.4,
    latitude: 52.5,
    language: 'en',
    words: WORDS,
    contact: CONTACT,
    readings: [{ time: 1_000, fillPercent: 40 }],
    ...changes,
  }
}

export function describeReports(harness: RegistryHarness): void {
  describe('reports of citizens', () => {
    test('one is kept, and listed newest first', async () => {
      const registry = await openAlpha()
      const { report, isDuplicate } = await registry.createReport('alpha', createReport(), LIMITS)
      const { contact, ...told } = createReport()
      expect(report).toMatchObject({ ...told, status: 'open', outcome: null, voices: 1, closedTime: null })
      expect(isDuplicate).toBe(false)
      expect(await registry.getReport('alpha', report.id)).toEqual(report)
      expect(await registry.listReportVoices('alpha', report.id)).toEqual([
        { id: report.id, requestedTime: report.requestedTime, words: WORDS, contact },
      ])
      const other = await registry.createReport('alpha', createReport({ service: 'other' }), LIMITS)
      const list = async (filter: object) =>
        (await registry.listReports('alpha', { limit: 10, ...filter })).items.map(({ id }) => id)
      expect(await list({})).toEqual([other.report.id, report.id])
      expect(await list({ services: ['other'] })).toEqual([other.report.id])
      expect(await list({ ids: [report.id] })).toEqual([report.id])
      expect(await list({ status: 'closed' })).toEqual([])
      expect(await list({ isJoined: true })).toEqual([])
      expect(await list({ from: report.requestedTime, to: report.requestedTime - 1 })).toEqual([])
      const first = await registry.listReports('alpha', { limit: 1 })
      expect(first.next).toBe(other.report.id)
      expect((await registry.listReports('alpha', { limit: 1, after: other.report.id })).items).toEqual([
        report,
      ])
      await expect(registry.getReport('beta', report.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect((await registry.listReports('beta', { limit: 10 })).items).toEqual([])
    })

    test('one of the same, near in place and time, is a voice of the first', async () => {
      const registry = await openAlpha()
      const { report } = await registry.createReport('alpha', createReport(), LIMITS)
      // Some 20 m to the north; then some 50.
      const near = await registry.createReport('alpha', createReport({ latitude: 52.50018 }), LIMITS)
      expect(near).toMatchObject({ isDuplicate: true, report: { id: report.id, voices: 2 } })
      const [first, second] = await registry.listReportVoices('alpha', report.id)
      expect(first?.id).toBe(report.id)
      expect((await registry.getReport('alpha', second?.id ?? '')).id).toBe(report.id)
      const saidBefore = new Set([report.id])
      const same = await registry.createReport('alpha', createReport(), { ...LIMITS, saidBefore })
      expect(same).toMatchObject({ isDuplicate: true, report: { id: report.id, voices: 2 } })
      const isNew = async (changes: Partial<NewCitizenReport>, limits: object = {}) =>
        !(await registry.createReport('alpha', createReport(changes), { ...LIMITS, ...limits })).isDuplicate
      expect(await isNew({ latitude: 52.50045 })).toBe(true)
      expect(await isNew({ service: 'damaged-bin' })).toBe(true)
      expect(await isNew({}, { duplicatesSince: report.requestedTime + DAY_MS })).toBe(true)
      // Of bins, the bin counts and not the place.
      expect(await isNew({ deviceId: 'bin-1', latitude: 52.6 })).toBe(true)
      expect(await isNew({ deviceId: 'bin-1', latitude: 52.7 })).toBe(false)
      expect(await isNew({ deviceId: 'bin-2', latitude: 52.6 })).toBe(true)
      expect((await registry.listReports('alpha', { limit: 20 })).items).toHaveLength(6)
    })

    test('of very many who say the same, those beyond 50 are counted only', async () => {
      const registry = await openAlpha()
      for (let count = 0; count < 51; count++) await registry.createReport('alpha', createReport(), LIMITS)
      const last = await registry.createReport('alpha', createReport(), LIMITS)
      expect(last.report.voices).toBe(52)
      expect(await registry.listReportVoices('alpha', last.report.id)).toHaveLength(50)
    })

    test('one more than may be open is refused, and a duplicate is not', async () => {
      const registry = await openAlpha()
      await registry.createReport('alpha', createReport(), { ...LIMITS, openMax: 1 })
      const more = registry.createReport('alpha', createReport({ latitude: 53 }), { ...LIMITS, openMax: 1 })
      await expect(more).rejects.toMatchObject({ code: 'BUSY' })
      const again = await registry.createReport('alpha', createReport(), { ...LIMITS, openMax: 1 })
      expect(again.isDuplicate).toBe(true)
    })

    test('it is joined to a bin, closed, and opened again; the audit has no words of it', async () => {
      const registry = await openAlpha()
      const { report } = await registry.createReport('alpha', createReport(), LIMITS)
      const change = (patch: object, rest: object = {}) =>
        registry.updateReport('alpha', report.id, { patch, ...rest }, ACTOR)
      await expect(change({ deviceId: 'counter' })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        faults: [{ path: 'deviceId' }],
      })
      expect(await registry.listOpenReports('alpha', ['overflowing-bin'])).toEqual([])
      expect(await change({ deviceId: 'bin-1' })).toMatchObject({ deviceId: 'bin-1', status: 'open' })
      const { id, requestedTime, readings } = report
      expect(await registry.listOpenReports('alpha', ['overflowing-bin'])).toEqual([
        { id, service: 'overflowing-bin', deviceId: 'bin-1', requestedTime, voices: 1, readings },
      ])
      expect(await registry.listOpenReports('alpha', ['other'])).toEqual([])
      const closed = await change({ status: 'closed', note: 'Ann was right' }, { outcome: 'emptied' })
      expect(closed).toMatchObject({ status: 'closed', outcome: 'emptied', note: 'Ann was right' })
      expect(closed.closedTime).toBe(closed.updatedTime)
      expect(await change({ status: 'closed' }, { onlyOpen: true, outcome: 'done' })).toEqual(closed)
      expect(await change({ status: 'open' })).toMatchObject({ outcome: null, closedTime: null })
      expect(await change({ status: 'closed', outcome: 'rejected' })).toMatchObject({ outcome: 'rejected' })
      const audit = JSON.stringify((await registry.listAudit('alpha', { limit: 100 })).items)
      expect(audit).toContain('report.update')
      for (const word of ['Ann', 'town.example', 'High Street', 'Full up']) expect(audit).not.toContain(word)
      await expect(registry.updateReport('beta', id, { patch: {} }, ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })

    test('who reported is removed some days after it was closed, all who said so, and in the end all of it', async () => {
      const registry = await openAlpha()
      const { report } = await registry.createReport('alpha', createReport(), LIMITS)
      await registry.createReport('alpha', createReport(), LIMITS)
      const open = await registry.createReport('alpha', createReport({ service: 'other' }), LIMITS)
      const { closedTime } = await registry.updateReport(
        'alpha',
        report.id,
        { patch: { status: 'closed' } },
        ACTOR,
      )
      const trim = (days: number) =>
        registry.trimReports({ now: (closedTime ?? 0) + days * DAY_MS, contactDays: 90 })
      const listPersonal = async (id: string) =>
        (await registry.listReportVoices('alpha', id)).flatMap(({ words, contact }) => [words, contact])
      expect(await trim(89.9)).toBe(0)
      expect(await listPersonal(report.id)).toEqual([WORDS, CONTACT, WORDS, CONTACT])
      expect(await trim(90)).toBe(2)
      expect(await listPersonal(report.id)).toEqual([null, null, null, null])
      expect(await registry.getReport('alpha', report.id)).toMatchObject({ words: null, voices: 2 })
      expect(await listPersonal(open.report.id)).toEqual([WORDS, CONTACT])
      expect(await trim(90)).toBe(0)
      await trim(365)
      expect(await listPersonal(open.report.id)).toEqual([null, null])
      await trim(731)
      expect((await registry.listReports('alpha', { limit: 10 })).items).toEqual([])
    })

    test('who made one is forgotten at once where an operator says so', async () => {
      const registry = await openAlpha()
      const { report } = await registry.createReport('alpha', createReport(), LIMITS)
      await registry.createReport('alpha', createReport(), LIMITS)
      await expect(registry.forgetReporters('beta', report.id, ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await registry.forgetReporters('alpha', report.id, ACTOR)
      const voices = await registry.listReportVoices('alpha', report.id)
      expect(voices.map(({ words, contact }) => [words, contact])).toEqual(Array(2).fill([null, null]))
      expect(await registry.getReport('alpha', report.id)).toMatchObject({ status: 'open', voices: 2 })
    })

    test('settings are changed one by one', async () => {
      const registry = await openAlpha()
      expect(await registry.getReportSettings('alpha')).toEqual(DEFAULT_REPORT_SETTINGS)
      const services = { other: { isOffered: false } }
      await registry.updateReportSettings('alpha', { nearestBinM: 50, services }, ACTOR)
      const changed = await registry.updateReportSettings('alpha', { duplicateHours: 6 }, ACTOR)
      expect(changed).toMatchObject({ nearestBinM: 50, duplicateHours: 6, duplicateM: 30 })
      expect(changed.services.other).toEqual({ isOffered: false, name: null, description: null })
      const reset = await registry.updateReportSettings('alpha', { nearestBinM: null, services: null }, ACTOR)
      expect(reset).toEqual({ ...DEFAULT_REPORT_SETTINGS, duplicateHours: 6 })
      expect(await registry.getReportSettings('alpha')).toEqual(reset)
      expect(await registry.getReportSettings('beta')).toEqual(DEFAULT_REPORT_SETTINGS)
    })
  })

  async function openAlpha(): Promise<Registry> {
    const registry = await openWithAuthorities(harness, 'alpha', 'beta')
    const counter = createBin('counter', { kind: 'traffic' })
    await registry.createDevices('alpha', [createBin('bin-1'), createBin('bin-2'), counter], ACTOR)
    return registry
  }
}
