import type { AddressInfo } from 'node:net'
import type { Broker } from '../broker/broker.ts'
import type { Address, Config } from '../config.ts'
import { KerbsideError, messageOf } from '../model/error.ts'

/** Turns a failure to listen into INVALID_CONFIG that names the variable; the address is told by its port. */
export async function listening<T>(
  addresses: Readonly<Record<string, Address | undefined>>,
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    const { syscall, port } = error as { syscall?: unknown; port?: unknown }
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error
    const all = Object.entries(addresses).filter(([, address]) => address !== undefined)
    const [variable, address] = all.find(([, candidate]) => candidate?.port === port) ?? all[0] ?? []
    throw new KerbsideError(
      'INVALID_CONFIG',
      `${variable}: cannot listen on ${address?.host}:${address?.port} (${messageOf(error)}): HOST:PORT of this machine that no other process has is expected, or port 0 for any`,
    )
  }
}

export function urlOf(scheme: string, wanted: Address, address: AddressInfo | string | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : wanted.port
  // An address that means all of a machine's is none to connect to.
  const host = ['0.0.0.0', '::'].includes(wanted.host) ? '127.0.0.1' : wanted.host
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

export function brokerUrl(config: Config, { mqttPort }: Broker): string {
  return urlOf('mqtt', config.mqtt, { address: '', family: '', port: mqttPort ?? 0 })
}
