import type { OverflowReport } from '../../alerts/conditions/judge-report.ts'
import type { Registry } from '../../registry/registry.ts'

/** By bin, that it is reported to overflow and not answered yet; of several reports the first, with the voices of all. */
export async function listOverflowReports(
  registry: Pick<Registry, 'listOpenReports'>,
  authority: string,
): Promise<Map<string, OverflowReport>> {
  const reports = new Map<string, OverflowReport>()
  const open = await registry.listOpenReports(authority, ['overflowing-bin'])
  for (const { deviceId, requestedTime, voices, readings } of open) {
    const known = reports.get(deviceId)
    if (known) reports.set(deviceId, { ...known, voices: known.voices + voices })
    else reports.set(deviceId, { time: requestedTime, voices, fillPercent: readings.at(-1)?.fillPercent })
  }
  return reports
}
