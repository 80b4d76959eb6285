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
  {
    name: 'rounds',
    title: 'Rounds',
    icon: 'M2 6h11v10H2V6Zm11 4h4l4 3.500V16h-8v-6ZM6.500 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm10 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
    scope: 'published',
    open: async (context) => (await import('./pages/rounds.ts')).openRounds(context),
  },
  {
    name: 'departures',
    title: 'Departures',
    icon: 'M7 4h10a3 3 0 0 1 3 3v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a3 3 0 0 1 3-3ZM4 12h16M7.500 18v2m9-2v2M8 15h.01M16 15h.01M8 8h8',
    scope: 'published',
    open: async (context) => (await import('./pages/departures.ts')).openDepartures(context),
  },
  {
    name: 'devices',
    title: 'Devices',
    icon: 'M7 4h10v16H7V4Zm3 13h4M4 8v8m16-8v8',
    scope: 'read',
    open: async (context) => (await import('./pages/devices.ts')).openDevices(context),
  },
  {
    name: 'found-devices',
    title: 'Found devices',
    icon: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 5 5M11 8v6m-3-3h6',
    scope: 'read',
    open: async (context) => (await import('./pages/found-devices.ts')).openFoundDevices(context),
  },
  {
    name: 'mappings',
    title: 'Mappings',
    icon: 'M4 6h5m-5 6h5m-5 6h5m6-12h5m-5 6h5m-5 6h5M9 6l6 6M9 12l6-6m-6 12h6',
    scope: 'read',
    open: async (context) => (await import('./pages/mappings.ts')).openMappings(context),
  },
  {
    name: 'reports',
    title: 'Reports',
    icon: 'M4 5h16v11H9l-5 4V5Zm4 4h8m-8 3h5',
    scope: 'read',
    open: async (context) => (await import('./pages/reports.ts')).openReports(context),
  },
  {
    name: 'shares',
    title: 'Shares',
    icon: 'M6 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm12-6a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm0 12a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8.600 10.500l6.800-3m-6.800 6 6.800 3',
    scope: 'read',
    open: async (context) => (await import('./pages/shares.ts')).openShares(context),
  },
  {
    name: 'quarantine',
    title: 'Quarantine',
    icon: 'M12 3 4 6v6c0 5 3.500 8 8 9 4.500-1 8-4 8-9V6l-8-3Zm0 5v5m0 3h.01',
    scope: 'read',
    open: async (context) => (await import('./pages/quarantine.ts')).openQuarantine(context),
  },
  {
    name: 'platform',
    title: 'Platform',
    icon: 'M3 12h4l3-8 4 16 3-8h4',
    scope: 'read',
    open: async (context) => (await import('./pages/platform.ts')).openPlatform(context),
  },
]
