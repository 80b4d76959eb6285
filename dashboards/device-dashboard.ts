import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { anyDeviceRow } from './device/any-device.ts'
import { binRow } from './device/bin.ts'
import { busRow } from './device/bus.ts'
import { counterRow } from './device/counter.ts'
import { displayRow } from './device/display.ts'
import { layOutDashboard } from './lay-out-dashboard.ts'
import { authorityVariable, deviceVariable } from './variables.ts'

/** One device and everything that is known of it; the rows of other kinds than its own are empty. */
export function deviceDashboard(): Dashboard {
  return layOutDashboard({
    uid: 'kerbside-device',
    description:
      'One device and everything that is known of it. Choose it above; the rows of other kinds than its own are empty.',
    variables: [authorityVariable(), deviceVariable()],
    from: 'now-7d',
    to: 'now+1d',
    rows: [anyDeviceRow(), binRow(), counterRow(), displayRow(), busRow()],
  })
}
