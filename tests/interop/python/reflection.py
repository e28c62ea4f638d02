"""A client of the reflection service, in both of its versions."""

from google.protobuf import descriptor_pb2

from schema import Schema

VERSIONS = ("grpc.reflection.v1", "grpc.reflection.v1alpha")


def ask(schema, channel, version, *questions):
    """An answer for each question; questions are fields of ServerReflectionRequest."""
    request = schema.message(version + ".ServerReflectionRequest")
    stub = schema.stub(channel, version + ".ServerReflection")
    return list(stub.ServerReflectionInfo(iter([request(**question) for question in questions]), timeout=45))


def list_services(schema, channel, version):
    (answer,) = ask(schema, channel, version, {"list_services": "*"})
    return sorted(service.name for service in answer.list_services_response.service)


def discover(schema, channel, version, service):
    """The schema of a service and all it needs, from nothing but the server."""
    files = {}

    def take(answer):
        if answer.HasField("error_response"):
            raise AssertionError(answer.error_response.error_message)
        for content in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(content)
            files[file.name] = file

    for answer in ask(schema, channel, version, {"file_containing_symbol": service}):
        take(answer)
    while True:
        missing = {name for file in files.values() for name in file.dependency} - set(files)
        if not missing:
            break
        for answer in ask(schema, channel, version, *({"file_by_filename": name} for name in missing)):
            take(answer)

    ordered = descriptor_pb2.FileDescriptorSet()
    added = set()

    def add(name):
        if name not in added:
            added.add(name)
            for dependency in files[name].dependency:
                add(dependency)
            ordered.file.append(files[name])

    for name in files:
        add(name)
    return Schema(ordered.SerializeToString())
