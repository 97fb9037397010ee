/** Where a person looks at what was started: a page of the AWS console, and the log stream. */
export type Links = {
  readonly console: string;
  readonly logs?: { readonly group: string; readonly stream: string };
};

/** A page of the AWS console; its path names the region too, where the host doesn't. */
export function toConsole(partition: string, region: string, page: string): string {
  switch (partition) {
    case 'aws-cn':
      return `https://console.amazonaws.cn/${page}`;
    case 'aws-us-gov':
      return `https://console.amazonaws-us-gov.com/${page}`;
    default:
      return `https://${region}.console.aws.amazon.com/${page}`;
  }
}
