/**
 * What a function of ours was told that the references of its files stand for: by their digests, and pseudo parameters
 * such as `AWS::Region` by their names.
 */
export type ReferenceValues = Readonly<Record<string, string>>;

/** Puts values in place of references, in the text of a JSON file. One without a value stays, and matches nothing. */
export function fillInReferences(json: string, values: ReferenceValues): string {
  return json.replace(/"signalbox:reference:([0-9a-f]{8})"/g, (found, digest: string) => {
    const value = findValue(digest, values);
    return value === undefined ? found : JSON.stringify(value);
  });
}

/** Puts values in place of `${AWS::Region}` and so on within texts, in the text of a JSON file. */
export function fillInPseudoParameters(json: string, values: ReferenceValues): string {
  return json.replace(/\$\{(AWS::[A-Za-z]+)\}/g, (found, name: string) => {
    const value = findValue(name, values);
    return value === undefined ? found : JSON.stringify(value).slice(1, -1);
  });
}

function findValue(name: string, values: ReferenceValues): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
