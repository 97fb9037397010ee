import { isJson, isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';

/** Who sent a request, as its authorizer saw it. */
export type HttpApiAuth = {
  /** For the record: JWT claims and scopes, a Lambda authorizer's context, or an IAM caller; no tokens. */
  readonly auth: Json;
  /** Tells callers apart; empty without an authorizer. */
  readonly caller: readonly string[];
};

const nobody: HttpApiAuth = { auth: null, caller: [] };

/** Of `requestContext` in payload format 2.0; `undefined` when it isn't an authorizer's. */
export function parseAuth2(context: { readonly [key: string]: unknown }): HttpApiAuth | undefined {
  const { authorizer } = context;
  if (authorizer === undefined || authorizer === null) return nobody;
  if (!isObject(authorizer)) return undefined;
  if (isObject(authorizer['jwt'])) return jwtAuth(authorizer['jwt']['claims'], authorizer['jwt']['scopes']);
  if (isObject(authorizer['iam'])) return iamAuth(authorizer['iam']);
  const lambda = authorizer['lambda'];
  if (lambda === undefined || lambda === null) return nobody;
  return isObject(lambda) ? lambdaAuth(lambda) : undefined;
}

/**
 * Of `requestContext` in payload format 1.0: claims and scopes, or a Lambda authorizer's own keys, are in
 * `authorizer`, an IAM caller in `identity`.
 */
export function parseAuth1(context: { readonly [key: string]: unknown }): HttpApiAuth | undefined {
  const { authorizer, identity } = context;
  if (isObject(authorizer)) {
    const { claims, scopes, ...rest } = authorizer;
    if (claims !== undefined && claims !== null) return jwtAuth(claims, scopes);
    if (Object.keys(rest).length > 0) return lambdaAuth(rest);
  } else if (authorizer !== undefined && authorizer !== null) return undefined;
  return isObject(identity) && typeof identity['userArn'] === 'string' ? iamAuth(identity) : nobody;
}

function jwtAuth(claims: unknown, scopes: unknown): HttpApiAuth | undefined {
  if (!isObject(claims) || !isJson(claims)) return undefined;
  const known = scopes ?? null;
  if (!isJson(known)) return undefined;
  return {
    auth: { jwt: { claims, scopes: known } },
    caller: ['jwt', text(claims['iss']), subjectOf(claims)],
  };
}

/** Tokens of machines may have only a client's id. One that names nobody is a caller of its own. */
function subjectOf(claims: { readonly [key: string]: unknown }): string {
  const subject = text(claims['sub']) || text(claims['client_id']) || text(claims['azp']);
  return subject || JSON.stringify(Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Without a principal, callers whose context differs count as different. */
function lambdaAuth(context: { readonly [key: string]: unknown }): HttpApiAuth | undefined {
  // How long the authorizer took isn't part of who called.
  const { integrationLatency: _, ...rest } = context;
  if (!isJson(rest)) return undefined;
  const principal = rest['principalId'];
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    auth: { lambda: rest },
    caller: ['lambda', typeof principal === 'string' ? principal : JSON.stringify(sorted)],
  };
}

/** Users of a Cognito identity pool share a role's ARN; their identity id tells them apart. */
function iamAuth(iam: { readonly [key: string]: unknown }): HttpApiAuth | undefined {
  const { userArn, accountId = null, cognitoIdentity } = iam;
  const callerId = iam['callerId'] ?? iam['caller'] ?? null;
  const cognitoIdentityId =
    (isObject(cognitoIdentity) ? cognitoIdentity['identityId'] : iam['cognitoIdentityId']) ?? null;
  const seen = { userArn, accountId, callerId, cognitoIdentityId };
  if (typeof userArn !== 'string' || !isJson(seen)) return undefined;
  return { auth: { iam: seen }, caller: ['iam', userArn, text(cognitoIdentityId)] };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
