/** `Tags` of what belongs to one job; what several share has none. */
export function toJobTags(rules: readonly { readonly job: { readonly name: string } }[]): object {
  const [name, ...others] = new Set(rules.map(({ job }) => job.name));
  return name === undefined || others.length > 0 ? {} : { Tags: [{ Key: 'signalbox:job', Value: name }] };
}
