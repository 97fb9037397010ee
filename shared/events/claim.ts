/**
 * Something that may start a job only once in a while: whoever claims it first keeps it for `seconds`.
 * A run without claims is claimed by its own id.
 */
export type Claim = NamedClaim | PlaceClaim;

export type NamedClaim = { readonly id: string; readonly seconds: number };

/** A record's place in a stream's shard, where sequence numbers only grow. */
export type PlaceClaim = {
  readonly shard: string;
  /** Decimal digits, at most 129. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html */
  readonly sequenceNumber: string;
  /**
   * Whether it's claimed for itself. Else the draft's places in this shard are claimed as one range, from the first to
   * the last, which is cheaper; that takes a shard whose deliveries don't overtake each other.
   */
  readonly isAlone: boolean;
  readonly seconds: number;
};
