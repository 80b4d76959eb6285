import type { LocalTime } from './local-time.ts'

/** An air temperature in °C for the season and the hour, in a mild climate. */
export function airTemperatureC({ yearDay, seconds }: LocalTime): number {
  const season = -Math.cos((2 * Math.PI * (yearDay - 20)) / 365)
  const hour = -Math.cos((2 * Math.PI * (seconds / 3600 - 3)) / 24)
  return 11 + 7 * season + 3.5 * hour
}

/** Light in lux: dark at night, and no more than the season's sun by day. */
export function lightLux({ yearDay, seconds }: LocalTime): number {
  const season = -Math.cos((2 * Math.PI * (yearDay - 10)) / 365)
  const sun = -Math.cos((2 * Math.PI * seconds) / 86_400) - 0.1 + 0.35 * season
  return Math.max(0, sun) * 22_000 + 12
}
