import { isIP, type LookupFunction } from 'node:net'
import { systemNames } from './outside-names.ts'

/** Where an outside address leads to something that it must not reach. */
class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is within a private network: that takes KERBSIDE_ALLOW_PRIVATE=1`)
    this.name = 'PrivateAddressError'
  }
}

/**
 * The resolver that a connection to an outside host is made with. The check is of the very addresses that are then connected
 * to, so a name that answers otherwise the next time gains nothing by it.
 */
export function createOutsideLookup(isPrivateAllowed: boolean, names = systemNames): LookupFunction {
  return (host, options, callback) => {
    names.lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const allowed = isPrivateAllowed
        ? addresses
        : addresses.filter(({ address }) => !names.isPrivate(address))
      const [first] = allowed
      if (!first) return callback(new PrivateAddressError(host), [])
      if (options.all) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

/** An address in numbers is connected to without a resolver, and so has to be checked before. Throws PrivateAddressError. */
export function refusePrivateHost(hostname: string, isPrivateAllowed: boolean, names = systemNames): void {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (!isPrivateAllowed && isIP(bare) !== 0 && names.isPrivate(bare)) throw new PrivateAddressError(bare)
}
