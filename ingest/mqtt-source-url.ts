import { KerbsideError } from '../model/error.ts'

/** What `KERBSIDE_SOURCE=mqtt://…` says. */
export interface MqttSourceAddress {
  /** For the connection, without the parameters that are Kerbside's own. */
  readonly url: string
  readonly clientId: string
  /** The group of a shared subscription, so that several ingests divide the messages between them. */
  readonly shareGroup: string | undefined
  /** 5, which falls back to 4 (MQTT 3.1.1) where the broker has no other. */
  readonly protocolVersion: 4 | 5
}

const PARAMETERS = ['clientId', 'share', 'protocol']
const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:']

/**
 * Reads `mqtt://user:password@host:1883?clientId=kerbside-ingest&share=group&protocol=4`. Each ingest at one broker needs
 * a `clientId` of its own, the same one at each start: by it the broker keeps what is not acknowledged.
 */
export function parseMqttSourceUrl(text: string): MqttSourceAddress {
  if (!URL.canParse(text)) throw invalid('is no URL', 'mqtt://host:1883 is the shape of one')
  const url = new URL(text)
  if (!SCHEMES.includes(url.protocol))
    throw invalid(`begins with ${url.protocol}`, `${SCHEMES.join(', ')} are allowed`)

  const clientId = url.searchParams.get('clientId') ?? 'kerbside-ingest'
  if (!/^[\w.:-]{1,64}$/.test(clientId)) {
    throw invalid(`has clientId=${clientId}`, '1 to 64 letters, digits, ".", ":", "_" or "-" are allowed')
  }
  const shareGroup = url.searchParams.get('share') ?? undefined
  // [MQTT-4.8.2-1]: a share name has at least one character and neither "/" nor "+" nor "#".
  if (shareGroup !== undefined && !/^[^/+#]+$/.test(shareGroup)) {
    throw invalid(`has share=${shareGroup}`, 'a name without "/", "+" and "#" is allowed')
  }
  const protocol = url.searchParams.get('protocol') ?? '5'
  if (protocol !== '4' && protocol !== '5') {
    throw invalid(`has protocol=${protocol}`, '5, or 4 for MQTT 3.1.1, is allowed')
  }
  for (const name of PARAMETERS) url.searchParams.delete(name)
  return { url: url.href, clientId, shareGroup, protocolVersion: protocol === '4' ? 4 : 5 }
}

// Never with the address itself, which may hold a password.
function invalid(fault: string, allowed: string): KerbsideError {
  return new KerbsideError('INVALID_CONFIG', `the address of the MQTT source ${fault}: ${allowed}`)
}
