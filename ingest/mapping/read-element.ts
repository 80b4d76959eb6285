import type { Device } from '../../model/device.ts'
import type { Mapping, MappingDirectory } from '../../model/mapping.ts'
import type { Reading } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import { SenmlReading } from '../../model/senml.ts'
import type { Route } from '../find-route.ts'
import { readSenmlElement } from '../senml/read-senml-element.ts'
import { type Origin, toReading } from '../to-reading.ts'
import { readNetworkMessage } from '../uplinks/read-network-message.ts'
import { sequenceOfUplink } from '../uplinks/sequence-of-uplink.ts'
import { timeUplink } from '../uplinks/time-uplink.ts'
import { applyMapping } from './apply-mapping.ts'
import { type MappedElement, readParts } from './read-parts.ts'

export type ElementOutcome = Reading | Rejection | MappedElement

/** Reads an element that is not Kerbside's own JSON: an uplink, SenML, or what a device sends that has a mapping. */
export function createElementReader({
  mappings,
}: {
  readonly mappings: Pick<MappingDirectory, 'find'>
}): (element: unknown, route: Route, origin: Origin) => ElementOutcome {
  return (element, route, origin) => {
    if (route.type === 'uplink') return readUplink(element, route, origin)
    const { device } = origin
    if (!device) return toReading({}, origin)
    const mapping = device.settings.mapping === undefined ? undefined : findMapping(device, origin)
    if (mapping && 'reason' in mapping) return mapping
    if (element instanceof SenmlReading) return readSenmlElement(element, mapping, origin)
    // Kerbside's own JSON is not asked to come here, so there is a mapping.
    const parts = applyMapping(mapping as Mapping, element, null)
    return 'reason' in parts ? parts : readParts(parts, origin, undefined)
  }

  function readUplink(
    element: unknown,
    { topic }: Route & { type: 'uplink' },
    origin: Origin,
  ): ElementOutcome {
    const uplink = readNetworkMessage(topic.network, element)
    if ('reason' in uplink) return uplink
    if (uplink.isSimulated) {
      return {
        reason: 'simulated',
        detail:
          'simulated: true means that somebody tries the network, only what a device measured is allowed',
      }
    }
    const { device } = origin
    if (!device) return toReading({}, origin)
    const mapping = findMapping(device, origin)
    if ('reason' in mapping) return mapping
    if (uplink.decoded === null) {
      return {
        reason: 'not_decoded',
        detail: `payload: the network has not decoded ${uplink.rawPayload.length} characters of base64 at port ${uplink.port}, give the device's payload formatter (its codec) to the network`,
      }
    }
    const parts = applyMapping(mapping, uplink.decoded, uplink.port)
    if ('reason' in parts) return parts
    const seen = sequenceOfUplink(uplink, device.id, origin)
    return readParts(
      parts.map((part) => timeUplink(part, uplink)),
      origin,
      seen,
    )
  }

  function findMapping(device: Device, { authority }: Origin): Mapping | Rejection {
    const id = device.settings.mapping
    const mapping = id === undefined ? undefined : mappings.find(authority, id)
    if (!mapping) {
      const what = id === undefined ? 'has no mapping' : `has the mapping "${id}", which is not there`
      return {
        reason: 'no_mapping',
        detail: `mapping: "${device.id}" ${what}, the id of one is needed in its settings`,
      }
    }
    if (mapping.kind === device.kind) return mapping
    return {
      reason: 'wrong_kind',
      detail: `mapping: "${mapping.id}" is for a ${mapping.kind}, "${device.id}" is registered as a ${device.kind}`,
    }
  }
}
