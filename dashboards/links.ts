import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { type DashboardLink, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'

/** The dashboards by their uid, in the order of the links at their top. */
export const DASHBOARDS = {
  'kerbside-bins': 'Bins',
  'kerbside-traffic': 'Traffic',
  'kerbside-transit': 'Stops and buses',
  'kerbside-platform': 'Platform',
  'kerbside-device': 'Device',
} as const
export type DashboardUid = keyof typeof DASHBOARDS

/** The links at the top of a dashboard: to all others, which keep the authority and the time. */
export function linksFrom(uid: DashboardUid): Builder<DashboardLink>[] {
  return Object.entries(DASHBOARDS)
    .filter(([other]) => other !== uid)
    .map(([other, title]) => link(title, `/d/${other}`, { includeVars: true, keepTime: true }))
}

/** From a row of a table or a point of a map to all that is known of its device; `field` is the column with the device's id. */
export function linkToDevice(field = 'device'): Builder<DashboardLink> {
  const device = `var-device=\${__data.fields["${field}"]}`
  return link(
    'All about this device',
    `/d/kerbside-device?\${authority:queryparam}&${device}&\${__url_time_range}`,
  )
}

function link(
  title: string,
  url: string,
  { includeVars = false, keepTime = false } = {},
): Builder<DashboardLink> {
  // Not by the SDK's builder: it hides every link in a menu.
  const built = {
    title,
    url,
    type: DashboardLinkType.Link,
    icon: 'dashboard',
    tooltip: '',
    tags: [],
    asDropdown: false,
    targetBlank: false,
    includeVars,
    keepTime,
  }
  return { build: () => built }
}
