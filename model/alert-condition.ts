/** What operations teams are alerted to; `docs/alerts.md` says when each is raised and cleared. */
export const ALERT_CONDITIONS = [
  'bin-overflow',
  'fire',
  'tilt',
  'battery-low',
  'report-disagrees',
  'device-silent',
  'counter-zero',
  'sign-dark',
  'sign-wrong',
  'feed-stale',
  'accuracy-fallen',
  'journal-filling',
  'quarantine-rising',
] as const
export type AlertCondition = (typeof ALERT_CONDITIONS)[number]
