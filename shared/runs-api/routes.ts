/** The routes of the runs API on an HTTP API. */
export const runsApiRoutes = [
  { method: 'GET', path: '/runs' },
  { method: 'GET', path: '/runs/{id}' },
  { method: 'POST', path: '/runs/{id}/cancel' },
  { method: 'POST', path: '/runs/{id}/replay' },
] as const;
