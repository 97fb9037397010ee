import { isIPv6 } from 'node:net';

/**
 * `10.0.0.0/24` or `2001:db8::/32` as a function that tells whether an address is in it; `undefined` when it's no
 * range. As in EventBridge, a range has more than one address, bits after the mask don't count, and an IPv4 address
 * is in no IPv6 range.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function parseIpRange(text: string): ((address: string) => boolean) | undefined {
  const [, start = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const first = toAddress(start);
  if (first === undefined || Number(length) >= first.bits) return undefined;
  const { bits } = first;
  const ignored = BigInt(bits - Number(length));
  const network = first.value >> ignored;
  return (address) => {
    const found = toAddress(address);
    return found?.bits === bits && found.value >> ignored === network;
  };
}

type Address = { readonly bits: 32 | 128; readonly value: bigint };

/** Neither a zone (`fe80::1%eth0`) nor an IPv4 address inside an IPv6 one is known to EventBridge. */
function toAddress(text: string): Address | undefined {
  if (text.length > longestAddress) return undefined;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return toAddressOf4(text.split('.').map(Number));
  return /^[\da-fA-F:]+$/.test(text) && isIPv6(text) ? toAddressOf6(text) : undefined;
}

const longestAddress = 39;

function toAddressOf4(parts: readonly number[]): Address | undefined {
  if (parts.some((part) => part > 255)) return undefined;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function toAddressOf6(text: string): Address {
  const [head = [], tail = []] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const value = [...head, ...zeros, ...tail].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
  return { bits: 128, value };
}
