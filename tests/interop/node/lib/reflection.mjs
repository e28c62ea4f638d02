// A client of the reflection service, in both of its versions.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { duplex } from "./calls.mjs";
import { fromDescriptors } from "./protos.mjs";

async function ask(client, ...questions) {
  const stream = duplex(client, "ServerReflectionInfo");
  const answers = [];
  for (const question of questions) {
    stream.write(question);
    answers.push(await stream.next());
  }
  stream.end();
  if ((await stream.next()) !== undefined) throw new Error("more answers than questions");
  return answers;
}

export async function listServices(client) {
  const [answer] = await ask(client, { list_services: "*" });
  return answer.list_services_response.service.map(({ name }) => name).sort();
}

export async function errorCodeFor(client, question) {
  const [answer] = await ask(client, question);
  return answer.error_response?.error_code;
}

/** The definition of a service and all it needs, from nothing but the server. */
export async function discover(client, service) {
  const files = new Map();
  const take = (answer) => {
    if (answer.error_response) throw new Error(answer.error_response.error_message);
    for (const bytes of answer.file_descriptor_response.file_descriptor_proto) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      files.set(file.name, file);
    }
  };
  take((await ask(client, { file_containing_symbol: service }))[0]);
  for (;;) {
    const missing = [...files.values()].flatMap((file) => file.dependency).filter((name) => !files.has(name));
    if (missing.length === 0) break;
    for (const name of new Set(missing)) take((await ask(client, { file_by_filename: name }))[0]);
  }
  const loaded = fromDescriptors(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...files.values()] })));
  return service.split(".").reduce((scope, name) => scope[name], loaded);
}
