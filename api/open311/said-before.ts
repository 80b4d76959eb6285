/** What each address has reported lately, so that saying it again counts once. Nothing of it is kept beyond the process. */
export interface SaidBefore {
  listOf(address: string): ReadonlySet<string>
  note(address: string, reportId: string): void
}

const REPORTS_MAX = 100

/** Of so many addresses at once, the least recently seen of which is let go, and of each the last reports. */
export function createSaidBefore(addressesMax: number): SaidBefore {
  const said = new Map<string, Set<string>>()
  return {
    listOf: (address) => said.get(address) ?? new Set(),
    note(address, reportId) {
      const ids = said.get(address) ?? new Set()
      said.delete(address)
      said.set(address, ids)
      ids.delete(reportId)
      ids.add(reportId)
      letGoOldest(ids.size > REPORTS_MAX ? ids : undefined)
      letGoOldest(said.size > addressesMax ? said : undefined)
    },
  }
}

function letGoOldest(full: Map<string, unknown> | Set<string> | undefined): void {
  const [oldest] = full?.keys() ?? []
  if (oldest !== undefined) full?.delete(oldest)
}
