/**
 * @file A server on loopback whose certificate nobody has reason to trust. Made for these tests, and worth nothing elsewhere:
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

// Its private key and itself, as DER in base64.
const keyBytes =
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeLjqdO26pFraAxD3UzGnKi9TYe9NMdb1zNnkmUYwkZShRANCAAQObroKlWo5oG" +
  "n+dEV2GyJfh15Jdo1HLdD67xHYgLSPCzhw2HGqAwEJ+BhcMnlMLXdnLuUTcixGisN3bvtBqa8r";
const certificateBytes =
  "MIIBkTCCATagAwIBAgIUYBvy9i/FvGArBlTqUjSs7AVPT6AwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNjAzNT" +
  "UxM1oYDzIxMjYxMTAyMDM1NTEzWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQObroKlWo5oGn+dEV2" +
  "GyJfh15Jdo1HLdD67xHYgLSPCzhw2HGqAwEJ+BhcMnlMLXdnLuUTcixGisN3bvtBqa8ro2QwYjAdBgNVHQ4EFgQUgbnc4/P+6jkD1iGo/uFeVH" +
  "0N8PowHwYDVR0jBBgwFoAUgbnc4/P+6jkD1iGo/uFeVH0N8PowDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMC" +
  "A0kAMEYCIQCSHrB1GjZQT4B6Z/HEd0nNFr4sFluwD9ctykA/1LWSDgIhAPR3VtkpLoSlYRxsJ6VIeZTuSvbT832llvQj8JhukbQV";

const key = createPrivateKey({ key: Buffer.from(keyBytes, "base64"), format: "der", type: "pkcs8" }).export({
  format: "pem",
  type: "pkcs8",
});
const cert = new X509Certificate(Buffer.from(certificateBytes, "base64")).toString();

export interface SelfSignedServer extends AsyncDisposable {
  /** To be used as OPENAI_BASE_URL or ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** Requests that got through, though none should. */
  readonly requests: number;
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startSelfSigned(): Promise<SelfSignedServer> {
  let requests = 0;
  const server = createServer({ key, cert }, (_, response) => {
    requests++;
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
