/**
 * Something that may be delivered only once in a while: whoever claims it first keeps it for `seconds`.
 * A delivery without claims is claimed by its run's own id.
 */
export type Claim = { readonly id: string; readonly seconds: number };
