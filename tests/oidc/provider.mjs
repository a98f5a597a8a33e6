// An OpenID provider of a made-up agency: node provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI
// Whoever signs in as NAME has the address NAME@...; names that begin with "unverified-" are not verified.
import Provider from 'oidc-provider';

const [port, clientId, clientSecret, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
  claims: { openid: ['sub', 'auth_time'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['for the tests only'] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  async findAccount(_context, id) {
    const address = id.replace(/^unverified-/, '');
    return {
      accountId: id,
      async claims() {
        return { sub: id, name: id, email: address, email_verified: !id.startsWith('unverified-') };
      },
    };
  },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
