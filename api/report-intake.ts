import { isOffered } from '../exchange/open311/describe-service.ts'
import type { CitizenReport, NewCitizenReport, ReportReading } from '../model/citizen-report.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import { measureMetres } from '../model/measure-metres.ts'
import type { ApiParts } from './parts.ts'

/** Takes what people report. */
export interface ReportIntake {
  /**
   * Joins it to its bin, with what that bin's sensor said lately, and keeps it. Rejects with NOT_FOUND where its service is not
   * offered, with INVALID_REQUEST where it names a bin that is not there, and with BUSY beyond the limit. What is attached to a report of
   * `saidBefore` changes nothing.
   */
  take(
    authority: string,
    report: Omit<NewCitizenReport, 'readings'>,
    from: { readonly actor: string; readonly saidBefore: ReadonlySet<string> },
  ): Promise<{ report: CitizenReport; isDuplicate: boolean }>
  /** What a bin's sensor said within the day before a time in ms since 1970; nothing where the store is away. */
  readLately(authority: string, deviceId: string, time: number): Promise<ReportReading[]>
}

/** Of an authority. One more is told to come back. */
const OPEN_REPORTS_MAX = 5_000
/** Those that are about a bin where they are made, if there is one. */
const AT_BINS: readonly NewCitizenReport['service'][] = ['overflowing-bin', 'damaged-bin']
const HOUR_MS = 3_600_000
const LATELY_MS = 24 * HOUR_MS
const READINGS_READ = 2_000
const READINGS_KEPT = 5

export function createReportIntake({
  registry,
  directory,
  store,
  clock,
  logger,
  contactDays,
}: Pick<ApiParts, 'registry' | 'directory' | 'store' | 'clock' | 'logger' | 'contactDays'>): ReportIntake {
  return {
    async take(authority, report, from) {
      const settings = await registry.getReportSettings(authority)
      if (!isOffered(settings, report.service)) {
        throw new KerbsideError('NOT_FOUND', `There is no service ${report.service} here`)
      }
      await directory.refresh()
      const deviceId = report.deviceId ?? findNearest(authority, report, settings.nearestBinM)
      if (deviceId !== null) requireBin(authority, deviceId)
      const { contact } = report
      const isTold = contact !== null && Object.values(contact).some((value) => value !== null)
      const kept: NewCitizenReport = {
        ...report,
        deviceId,
        contact: isTold && contactDays !== 0 ? contact : null,
        readings: deviceId === null ? [] : await readLately(authority, deviceId, clock.now()),
      }
      return registry.createReport(authority, kept, {
        ...from,
        openMax: OPEN_REPORTS_MAX,
        duplicateM: settings.duplicateM,
        duplicatesSince: clock.now() - settings.duplicateHours * HOUR_MS,
      })
    },
    readLately,
  }

  function requireBin(authority: string, deviceId: string): void {
    if (directory.find(authority, deviceId)?.device.kind === 'bin') return
    const message = `there is no bin ${deviceId}`
    throw new KerbsideError('INVALID_REQUEST', `attribute[device]: ${message}`, {
      faults: [{ path: 'attribute[device]', message }],
    })
  }

  function findNearest(
    authority: string,
    { service, longitude, latitude }: Omit<NewCitizenReport, 'readings'>,
    mostM: number,
  ): string | null {
    if (longitude === null || latitude === null || !AT_BINS.includes(service)) return null
    let nearest: { readonly id: string; readonly metres: number } | undefined
    for (const { device } of directory.list(authority)) {
      if (device.kind !== 'bin' || device.longitude === null || device.latitude === null) continue
      const metres = measureMetres(longitude, latitude, device.longitude, device.latitude)
      if (metres > mostM || metres > (nearest?.metres ?? mostM)) continue
      // Of bins at one place always the same.
      if (metres === nearest?.metres && device.id > nearest.id) continue
      nearest = { id: device.id, metres }
    }
    return nearest?.id ?? null
  }

  async function readLately(authority: string, device: string, time: number): Promise<ReportReading[]> {
    try {
      const readings = await store.listReadings({
        authority,
        kind: 'bin',
        device,
        from: time - LATELY_MS,
        to: time + 1,
        limit: READINGS_READ,
      })
      return readings
        .flatMap(({ time: readTime, fields: { fillPercent } }) =>
          typeof fillPercent === 'number' ? [{ time: readTime, fillPercent }] : [],
        )
        .slice(-READINGS_KEPT)
    } catch (error) {
      logger.warn({ authority, error: messageOf(error) }, 'a report was taken without readings of its bin')
      return []
    }
  }
}
