import type { Registry } from '../registry/registry.ts'
import type { BinReport } from '../rounds/round-input.ts'

/** By bin, that it is reported to overflow and not answered yet. */
export async function readBinReports(
  registry: Pick<Registry, 'listOpenReports'>,
  authority: string,
): Promise<Map<string, BinReport>> {
  const reports = new Map<string, BinReport>()
  for (const { deviceId, requestedTime, voices } of await registry.listOpenReports(authority, [
    'overflowing-bin',
  ])) {
    const known = reports.get(deviceId)
    reports.set(deviceId, {
      time: Math.min(requestedTime, known?.time ?? requestedTime),
      voices: voices + (known?.voices ?? 0),
    })
  }
  return reports
}
