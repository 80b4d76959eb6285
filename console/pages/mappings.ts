import type { Page, PageContext } from '../page.ts'
import { openMappingEdit } from './mappings/edit-mapping.ts'
import { openMappingList } from './mappings/list-mappings.ts'
import { openParts } from './open-parts.ts'

/**
 * How makers' payloads are read: `#/demo/mappings`, one of them below it, `#/demo/mappings/new` to make one, and below that the
 * DevEUI of a found device from whose uplink it is made.
 */
export function openMappings(context: PageContext): Promise<Page> {
  return openParts(context, {
    title: 'Mappings',
    className: 'devices',
    open: ([id, devEui]) =>
      id === undefined ? openMappingList(context) : openMappingEdit(context, id, devEui),
  })
}
