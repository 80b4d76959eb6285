import type { Config } from '../config.ts'
import { KerbsideError } from '../model/error.ts'
import { urlOf } from '../wiring/addresses.ts'

/** Where `sim` and `replay` find the Kerbside that they publish to. */
export function clientOf(config: Config): { apiUrl: string; mqttUrl: string; adminKey: string } {
  if (config.adminKey === undefined) {
    throw new KerbsideError(
      'INVALID_CONFIG',
      'KERBSIDE_ADMIN_KEY: the key of the installation is needed here',
    )
  }
  return {
    apiUrl: urlOf('http', config.http, null),
    mqttUrl: urlOf('mqtt', config.mqtt, null),
    adminKey: config.adminKey,
  }
}
