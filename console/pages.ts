import type { PageEntry } from './page.ts'

/** The pages, in the order of the navigation. A new one: a file `pages/{name}.ts`, and its entry here. */
export const PAGES: readonly PageEntry[] = [
  {
    name: 'town',
    title: 'Town',
    icon: 'M12 21s-6-5.3-6-10a6 6 0 1 1 12 0c0 4.700-6 10-6 10Zm0-8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
    scope: 'published',
    open: async (context) => (await import('./pages/town.ts')).openTown(context),
  },
]
