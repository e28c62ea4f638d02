// Whether a message was compressed is a flag in its frame that grpc-js does not show. It inflates exactly those messages that have the flag, so we count that.
import { createRequire } from "node:module";

const zlib = createRequire(import.meta.url)("node:zlib");
const createGunzip = zlib.createGunzip;
let inflated = 0;

Object.defineProperty(zlib, "createGunzip", {
  value: (...all) => {
    inflated++;
    return createGunzip(...all);
  },
});

/** Messages with the compressed flag that arrived since the last time this was asked. */
export function takeInflated() {
  const count = inflated;
  inflated = 0;
  return count;
}
