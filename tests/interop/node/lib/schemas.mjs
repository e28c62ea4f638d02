// Services for connect, from a serialised FileDescriptorSet: no generated code.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";

export function readRegistry(path) {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
}

/** Ways to speak to a server: Connect and gRPC-Web on the port of HTTP/1.1, all three on the port of HTTP/2. */
export function transports(http, grpc, options = {}) {
  const overHttp1 = { baseUrl: `http://${http}`, httpVersion: "1.1", ...options };
  const overHttp2 = { baseUrl: `http://${grpc}`, httpVersion: "2", ...options };
  return {
    "connect JSON": createConnectTransport({ ...overHttp1, useBinaryFormat: false }),
    "connect binary": createConnectTransport({ ...overHttp1, useBinaryFormat: true }),
    "gRPC-Web": createGrpcWebTransport({ ...overHttp1, useBinaryFormat: true }),
    "connect JSON over HTTP/2": createConnectTransport({ ...overHttp2, useBinaryFormat: false }),
    "gRPC-Web over HTTP/2": createGrpcWebTransport({ ...overHttp2, useBinaryFormat: true }),
    "gRPC": createGrpcTransport({ ...overHttp2, useBinaryFormat: true }),
  };
}

export const overHttp1 = (transport) => !transport.endsWith("over HTTP/2") && transport !== "gRPC";

/** The details of an error: { reason, domain, facts, fields }. */
export function detailsOf(error, registry) {
  const [info] = error.findDetails(registry.getMessage("google.rpc.ErrorInfo"));
  const [request] = error.findDetails(registry.getMessage("google.rpc.BadRequest"));
  return { reason: info?.reason, domain: info?.domain, facts: info?.metadata, fields: request?.fieldViolations.map(({ field }) => field) ?? [] };
}
