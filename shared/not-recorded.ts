/** Something could not be stored, so that nothing may be acknowledged and no job was started for it. */
export class NotRecordedError extends Error {
  override readonly name: string = 'NotRecordedError';
  /** `throttled`: too much at once; `too-large` stays so, however often it's tried. */
  readonly reason: 'unavailable' | 'throttled' | 'too-large';

  constructor(
    message: string,
    options: ErrorOptions & { readonly reason?: NotRecordedError['reason'] } = {},
  ) {
    super(message, options);
    this.reason = options.reason ?? 'unavailable';
  }
}
