// tests/peers/provider.cjs: a real identity provider for the tests: npm oidc-provider, in memory.
//
//     node provider.cjs '{"port": 40000, ...}'
//
// Members: port; jwks, keys of the client `key`; access_seconds, how long access tokens live;
// tls: {port, certificate, key, authority}, a second door that asks for a client's certificate;
// site, whose /auth/callback is registered too; pages, whether whoever signs in says on a page who
// that is, and consents on another. Without them everybody is user-1 and consents.
//
//     /test/figures                    counts
//     /test/fault?status=503           how everything else answers from now on, until the next
//     /test/roles?is=admin             what everybody is from now on
//     /test/refresh_tokens?count=200   of so many sign-ins by the first client
'use strict';

const http = require('node:http');
const https = require('node:https');
const fs = require('node:fs');
const { generateKeyPairSync, randomUUID, X509Certificate } = require('node:crypto');

const given = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${given.port}`;
const figures = { connections: 0, requests: {}, grants: {}, resources: {}, refused: 0, reused: 0 };
let fault = {}, roles = ['admin'];

const redirect = { response_types: ['code'],
  redirect_uris: ['https://app.example/callback', 'https://app.example/auth/callback',
    ...(given.site ? [`${given.site}/auth/callback`] : [])] };
const grants = { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] };
const secret = 'pass:%+ word&=/~';
const clients = [
  { client_id: 'svc:basic 1', client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic', ...redirect, ...grants },
  { client_id: 'post', client_secret: secret, token_endpoint_auth_method: 'client_secret_post',
    ...redirect, ...grants },
  { client_id: 'public', token_endpoint_auth_method: 'none', ...redirect,
    grant_types: ['authorization_code', 'refresh_token'] },
];
if (given.jwks) {
  clients.push({ client_id: 'key', jwks: given.jwks, token_endpoint_auth_method: 'private_key_jwt',
    ...redirect, ...grants });
}
if (given.tls) {
  clients.push({ client_id: 'tls', token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=headroom test', ...redirect, ...grants });
}

function resource(indicator) {
  return {
    scope: 'read write',
    audience: indicator,
    accessTokenTTL: given.access_seconds ?? 600,
    accessTokenFormat: indicator.includes('opaque') ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}

/// Everybody consents to everything.
const withoutPages = {
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email offline_access');
    for (const each of ['https://api.example', 'https://opaque.example']) {
      grant.addResourceScope(each, 'read write');
    }
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
};

const settings = {
  clients,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  jwks: { keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    .export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: randomUUID() }] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none',
    ...(given.tls ? ['tls_client_auth'] : [])],
  cookies: { keys: ['of no importance here'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@example.org`, roles }),
  }),
  claims: { openid: ['sub', 'roles'] }, // also in id tokens
  extraTokenClaims: () => ({ tenant_id: 'acme', roles }),
  rotateRefreshToken: () => true,
  issueRefreshToken: async (ctx, client, code) => client.grantTypeAllowed('refresh_token'),
  pkce: { required: () => true, methods: ['S256'] },
  ...(given.pages ? {} : withoutPages),
  features: {
    devInteractions: { enabled: Boolean(given.pages) },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://api.example',
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, indicator) => resource(indicator),
    },
    mTLS: {
      enabled: Boolean(given.tls),
      tlsClientAuth: Boolean(given.tls),
      getCertificate(ctx) {
        const shown = ctx.socket.getPeerCertificate?.();
        return shown?.raw ? new X509Certificate(shown.raw).toString() : undefined;
      },
      certificateAuthorized: (ctx) => ctx.socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) => property
        === 'tls_client_auth_subject_dn'
        && `CN=${ctx.socket.getPeerCertificate().subject.CN}` === expected,
    },
  },
  ttl: { Session: 600, Interaction: 600, Grant: 3600, RefreshToken: 3600, IdToken: 600 },
};
if (given.tls) {
  const over = `https://127.0.0.1:${given.tls.port}`;
  settings.discovery = { mtls_endpoint_aliases: {
    token_endpoint: `${over}/token`,
    introspection_endpoint: `${over}/token/introspection`,
    revocation_endpoint: `${over}/token/revocation`,
    pushed_authorization_request_endpoint: `${over}/request`,
  } };
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const count = (of, name) => { of[name] = (of[name] ?? 0) + 1; };

function answer(res, status, body, fields = {}) {
  res.writeHead(status, { 'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body), ...fields });
  res.end(body);
}

/// Whether the fault has answered in the provider's place.
async function failed(req, res, path) {
  if (fault.path && !path.startsWith(fault.path)) return false;
  if (fault.before) await pause(Number(fault.before));
  if (req.socket.destroyed) return true; // nobody waits for it: it never came
  if (fault.after) {
    const end = res.end.bind(res);
    const late = Number(fault.after);
    res.end = (...words) => setTimeout(() => end(...words), late);
  }
  if (!fault.status) return false;
  const fields = fault.retry_after ? { 'retry-after': fault.retry_after } : {};
  const body = fault.large ? `"${'x'.repeat(Number(fault.large))}"` : fault.body ?? 'oops';
  answer(res, Number(fault.status), body, fields);
  return true;
}

/// As many as if so many people had signed in: each of a grant of its own, and rotating.
async function refreshTokens(provider, of) {
  const client = await provider.Client.find(clients[0].client_id);
  const one = async () => {
    const grant = new provider.Grant({ clientId: client.clientId, accountId: 'user-1' });
    grant.addOIDCScope('openid email offline_access');
    grant.addResourceScope('https://api.example', 'read write');
    return new provider.RefreshToken({ client, accountId: 'user-1', grantId: await grant.save(),
      gty: 'authorization_code', scope: 'openid email offline_access read',
      resource: 'https://api.example', rotations: 0 }).save();
  };
  return Promise.all(Array.from({ length: of }, one));
}

async function main() {
  const { default: Provider } = await import('oidc-provider');
  const provider = new Provider(issuer, settings);
  const refused = (ctx, error) => {
    figures.refused += 1;
    if (/already used/.test(error.error_detail ?? '')) figures.reused += 1;
  };
  provider.on('grant.success', (ctx) => {
    const { grant_type: type, resource: asked } = ctx.oidc.params;
    count(figures.grants, type);
    if (asked) count(figures.resources, `${type} ${asked}`);
  });
  provider.on('grant.error', refused);
  const serve = provider.callback();

  async function listener(req, res) {
    const at = new URL(req.url, issuer);
    if (at.pathname === '/test/figures') return answer(res, 200, JSON.stringify(figures));
    if (at.pathname === '/test/fault') {
      fault = Object.fromEntries(at.searchParams);
      return answer(res, 200, '{}');
    }
    if (at.pathname === '/test/roles') {
      roles = at.searchParams.getAll('is');
      return answer(res, 200, '{}');
    }
    if (at.pathname === '/test/refresh_tokens') {
      const all = await refreshTokens(provider, Number(at.searchParams.get('count')));
      return answer(res, 200, JSON.stringify(all));
    }
    count(figures.requests, at.pathname.replace(/\/(auth|interaction)\/.*/, '/$1/*'));
    if (await failed(req, res, at.pathname)) return undefined;
    if (!given.pages && at.pathname.startsWith('/interaction/')) {
      const { prompt } = await provider.interactionDetails(req, res);
      return provider.interactionFinished(req, res,
        prompt.name === 'login' ? { login: { accountId: 'user-1' } } : { consent: {} });
    }
    return serve(req, res);
  }
  const open = http.createServer(listener);
  open.on('connection', () => { figures.connections += 1; });
  open.keepAliveTimeout = 60_000;
  if (given.tls) {
    https.createServer({
      cert: fs.readFileSync(given.tls.certificate),
      key: fs.readFileSync(given.tls.key),
      ca: fs.readFileSync(given.tls.authority),
      requestCert: true,
      rejectUnauthorized: false,
    }, listener).listen(given.tls.port, '127.0.0.1', () => open.listen(given.port, '127.0.0.1'));
  } else {
    open.listen(given.port, '127.0.0.1');
  }
}

main();
