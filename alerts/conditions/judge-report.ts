import { DEFAULT_THRESHOLD_PERCENT, type Device } from '../../model/device.ts'
import type { LastValues } from '../last-values.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

/** That people report a bin to overflow, and are not answered yet. */
export interface OverflowReport {
  /** When the first of them did, in ms since 1970. */
  readonly time: number
  /** How many reports there are. */
  readonly voices: number
  /** What the sensor had said last by then; undefined where it had said nothing for a day. */
  readonly fillPercent: number | undefined
}

/** So far below its threshold a sensor says that the bin does not overflow; nearer than the second, it may well. */
const WELL_BELOW_PERCENT = 25
const NEAR_PERCENT = 10

/**
 * People and the sensor disagree: a bin is reported to overflow, and its sensor said well below its threshold at that time, and says
 * so after it. Either the sensor is wrong, or what lies there is beside the bin: somebody has to look.
 */
export function judgeReport(
  bin: Device,
  values: LastValues,
  report: OverflowReport | undefined,
  now: number,
): Outcome {
  if (!report) return 'well'
  const level = values.get('fillPercent')
  if (typeof level?.value !== 'number' || level.time <= report.time) return 'unsure'
  const threshold = bin.settings.thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
  if (level.value > threshold - NEAR_PERCENT) return 'well'
  const isBelow = (percent: number): boolean => percent <= threshold - WELL_BELOW_PERCENT
  if (report.fillPercent === undefined || !isBelow(report.fillPercent) || !isBelow(level.value))
    return 'unsure'
  const [before, after] = [Math.round(report.fillPercent), Math.round(level.value)]
  const reportedSeconds = Math.max(0, Math.round((now - report.time) / 1000))
  const count = report.voices === 1 ? 'once' : `${report.voices} times`
  return {
    severity: 'warning',
    summary: `${nameOf(bin)} was reported to overflow ${count}, first ${sayDuration(reportedSeconds)} ago; its sensor said ${before} % then and says ${after} % since.`,
    detail: {
      fillPercentThen: report.fillPercent,
      fillPercent: level.value,
      reports: report.voices,
      reportedSeconds,
    },
  }
}
