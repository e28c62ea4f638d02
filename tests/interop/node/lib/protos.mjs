// Services read from the .proto files themselves, at run time.
import path from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const here = path.dirname(fileURLToPath(import.meta.url));
const interopProtos = path.resolve(here, "../../protos");
const serverProtos = path.resolve(here, "../../../../protos");

const options = { keepCase: true, longs: Number, enums: String, bytes: Buffer, defaults: true, oneofs: true, includeDirs: [interopProtos, serverProtos] };

function load(...files) {
  return grpc.loadPackageDefinition(loader.loadSync(files, options));
}

export const testing = load("grpc/testing/test.proto").grpc.testing;
export const conformance = load("vectorstore/interop/v1/conformance.proto").vectorstore.interop.v1;
export const health = load("grpc/health/v1/health.proto").grpc.health.v1;
export const reflectionV1 = load("grpc/reflection/v1/reflection.proto").grpc.reflection.v1;
export const reflectionV1Alpha = load("grpc/reflection/v1alpha/reflection.proto").grpc.reflection.v1alpha;
export const vectorstore = load(
  "vectorstore/v1/collections.proto", "vectorstore/v1/points.proto", "vectorstore/v1/search.proto", "vectorstore/v1/admin.proto").vectorstore.v1;
const rpc = loader.loadSync(["google/rpc/status.proto", "google/rpc/error_details.proto"], options);

/** Definitions of a serialised FileDescriptorSet. */
export function fromDescriptors(bytes) {
  return grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(Buffer.from(bytes), options));
}

/** The google.rpc.Status of an error, with its details by name: { code, message, info, violations }. */
export function detailsOf(error) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (bytes === undefined) {
    throw new Error(`no grpc-status-details-bin: ${error.message}`);
  }
  const decode = (type, content) => rpc[type].deserialize(content);
  const status = decode("google.rpc.Status", bytes);
  const found = { code: status.code, message: status.message };
  for (const detail of status.details) {
    const name = detail.type_url.replace("type.googleapis.com/", "");
    if (name === "google.rpc.ErrorInfo") found.info = decode(name, detail.value);
    if (name === "google.rpc.BadRequest") found.violations = decode(name, detail.value).field_violations;
  }
  return found;
}
