import type { SiteKind, SiteOf } from '../model/site.ts'
import type { Registry } from '../registry/registry.ts'

const SITES_PER_READ = 1_000

/** All sites of a kind, in the order of their ids. */
export async function listSites<K extends SiteKind>(
  registry: Registry,
  authority: string,
  kind: K,
): Promise<SiteOf[K][]> {
  const sites: SiteOf[K][] = []
  for (let after: string | undefined; ; ) {
    const page = await registry.listSites(authority, kind, { limit: SITES_PER_READ, after })
    sites.push(...page.items)
    if (page.next === null) return sites
    after = page.next
  }
}
