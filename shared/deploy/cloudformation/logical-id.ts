/**
 * The id of a resource within its template: letters and digits only. `toLogicalId('train-model', 'Role')` is
 * `TrainModelRole`. Two names may give the same id (a-1 and a1): whoever puts a template together refuses that.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
 */
export function toLogicalId(...names: readonly string[]): string {
  return names
    .flatMap((name) => name.split(/[^A-Za-z0-9]+/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
