import type { Credentials, Device } from './device.ts'

/** As `GET …/mqtt` has it. */
export interface MqttAddress {
  /** Null where the installation does not say where devices reach it. */
  readonly url: string | null
  readonly topicPrefix: string
}

export function topicOf({ topicPrefix }: MqttAddress, { kind, id }: Device): string {
  return `${topicPrefix}/${kind}/${id}/reading`
}

/** What a shell runs to publish a first reading as the device; HOST is to be replaced where the address is not known. */
export function writePublishLine(mqtt: MqttAddress, device: Device, credentials: Credentials): string {
  const url = mqtt.url === null ? undefined : new URL(mqtt.url)
  const isSecure = url?.protocol === 'mqtts:' || url?.protocol === 'wss:'
  // An address in brackets is for URLs alone.
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? 'HOST'
  // Over WebSocket it cannot publish, and the usual port is as good a guess as there is.
  const isPlain = url?.protocol === 'mqtt:' || url?.protocol === 'mqtts:'
  const port = isPlain && url.port !== '' ? url.port : isSecure ? '8883' : '1883'
  const words = [
    ['-h', host],
    ['-p', port],
    ['-u', credentials.username],
    ['-P', credentials.password],
    ['-q', '1'],
    ['-t', topicOf(mqtt, device)],
    ['-m', JSON.stringify(exampleOf(device))],
  ].map(([option, value = '']) => `${option} ${quote(value)}`)
  return ['mosquitto_pub', ...words, ...(isSecure ? ['--capath /etc/ssl/certs'] : [])].join(' ')
}

/** A reading that a device of this kind could send. */
function exampleOf({ kind, settings, longitude, latitude }: Device): object {
  const { emptyDistanceMm: empty, fullDistanceMm: full } = settings
  switch (kind) {
    case 'bin':
      return typeof empty === 'number' && typeof full === 'number'
        ? { distanceMm: Math.round((empty + full) / 2), batteryPercent: 90 }
        : { fillPercent: 42, batteryPercent: 90 }
    case 'traffic':
      return { intervalSeconds: 300, counts: { car: 12, cycle: 3 } }
    case 'display':
      return { state: 'ok', batteryPercent: 90 }
    case 'vehicle':
      return { longitude: longitude ?? 0, latitude: latitude ?? 0, speedKph: 20 }
  }
}

/** For a POSIX shell: what is plain stays readable. */
function quote(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
