/** The name of the container that gets the event; no sidecar can have it. */
export const mainContainerName = 'job';
