import type { Page, PageContext } from '../page.ts'
import { openAdoption } from './found-devices/adopt-found.ts'
import { openFoundList } from './found-devices/list-found.ts'
import { openParts } from './open-parts.ts'

/** Devices that networks told of: `#/demo/found-devices`, and below it the DevEUI of one that is to be adopted. */
export function openFoundDevices(context: PageContext): Promise<Page> {
  return openParts(context, {
    title: 'Found devices',
    className: 'devices',
    open: ([devEui]) => (devEui === undefined ? openFoundList(context) : openAdoption(context, devEui)),
  })
}
