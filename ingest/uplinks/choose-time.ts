const MINUTE_MS = 60_000
/** What takes longer on its way was kept by the gateway, which had no connection: then it knows better when it was. */
const LATE_MS = MINUTE_MS
/** A clock that is further off is wrong. */
const KEPT_MAX_MS = 7 * 86_400_000

/**
 * When an uplink was received, in ms since 1970: by the network, unless all gateways whose clocks may be right say that they kept it for
 * longer than a minute. Undefined where nobody tells.
 */
export function chooseTime(
  network: number | undefined,
  gateways: readonly (number | undefined)[],
): number | undefined {
  const told = gateways.filter((time) => time !== undefined)
  if (network === undefined) return told[0]
  const latest = Math.max(...told.filter((time) => isLikely(time, network)))
  return Number.isFinite(latest) && network - latest > LATE_MS ? latest : network
}

/** Whether a gateway's clock may be right, by when the network has received what it sent. */
export function isLikely(gateway: number, network: number): boolean {
  return gateway <= network + MINUTE_MS && network - gateway <= KEPT_MAX_MS
}
