import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Addresses that lead to this machine, its networks, or nowhere (IANA's special-purpose registries, RFC 6890): whoever
 * configures an outside address must not reach what stands behind the installation's own doors.
 */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Those that carry an IPv4 address within them (NAT64, 6to4, Teredo) are refused as a whole. */
const PRIVATE_IPV6 = [
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

const privateRanges = createRanges()

/** Also true for what is no address at all. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  if (isIP(bare) === 0) return true
  if (!isIPv6(bare)) return privateRanges.check(bare, 'ipv4')
  // `::ffff:10.0.0.1` is taken by node's BlockList for the IPv4 address that it is.
  return privateRanges.check(bare, 'ipv6')
}

function createRanges(): BlockList {
  const list = new BlockList()
  for (const [ranges, family] of [
    [PRIVATE_IPV4, 'ipv4'],
    [PRIVATE_IPV6, 'ipv6'],
  ] as const) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/')
      list.addSubnet(address, Number(bits), family)
    }
  }
  return list
}
