"""Messages and stubs made at run time from a FileDescriptorSet: no generated code."""

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Schema:
    def __init__(self, descriptor_set):
        """descriptor_set: bytes of a FileDescriptorSet whose files come after those they import."""
        self._pool = descriptor_pool.DescriptorPool()
        self._factory = message_factory.MessageFactory(self._pool)
        for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
            self._pool.Add(file)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as file:
            return cls(file.read())

    def message(self, full_name):
        """The class of a message."""
        return self._factory.GetPrototype(self._pool.FindMessageTypeByName(full_name))

    def stub(self, channel, service):
        """An object with a callable for each method of a service."""
        return Stub(self, channel, service)

    def service(self, full_name):
        return self._pool.FindServiceByName(full_name)

    def streaming(self, method):
        """(client streams, server streams)"""
        proto = descriptor_pb2.MethodDescriptorProto()
        method.CopyToProto(proto)
        return proto.client_streaming, proto.server_streaming

    def classes(self, method):
        return self._factory.GetPrototype(method.input_type), self._factory.GetPrototype(method.output_type)


class Stub:
    def __init__(self, schema, channel, service):
        for method in schema.service(service).methods:
            request, response = schema.classes(method)
            client_streams, server_streams = schema.streaming(method)
            kind = ("stream" if client_streams else "unary") + "_" + ("stream" if server_streams else "unary")
            path = "/%s/%s" % (service, method.name)
            call = getattr(channel, kind)(path, request.SerializeToString, response.FromString)
            setattr(self, method.name, call)


def connect(target, **options):
    """A channel with one connection of its own."""
    chosen = {
        "grpc.max_receive_message_length": 80 << 20,
        "grpc.max_send_message_length": 80 << 20,
        "grpc.enable_retries": 0,
        "grpc.use_local_subchannel_pool": 1,
    }
    chosen.update({name.replace("__", "."): value for name, value in options.items()})
    return grpc.insecure_channel(target, list(chosen.items()))


def error_of(call, *arguments, **named):
    """The RpcError that a call ends with."""
    try:
        result = call(*arguments, **named)
        if hasattr(result, "__next__"):
            result = list(result)
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded: %.200r" % (result,))


class Details:
    """The google.rpc.Status of an error: code, message, info (ErrorInfo), violations (of BadRequest)."""

    def __init__(self, schema, error):
        trailers = dict(error.trailing_metadata() or ())
        if "grpc-status-details-bin" not in trailers:
            raise AssertionError("no grpc-status-details-bin: %s" % error)
        status = schema.message("google.rpc.Status").FromString(trailers["grpc-status-details-bin"])
        self.code, self.message, self.info, self.violations = status.code, status.message, None, []
        for detail in status.details:
            name = detail.type_url.replace("type.googleapis.com/", "")
            if name == "google.rpc.ErrorInfo":
                self.info = schema.message(name).FromString(detail.value)
            if name == "google.rpc.BadRequest":
                self.violations = list(schema.message(name).FromString(detail.value).field_violations)


class Outgoing:
    """Requests of a stream, sent one by one."""

    def __init__(self):
        import queue

        self._queue = queue.Queue()

    def send(self, request):
        self._queue.put(request)

    def end(self):
        self._queue.put(None)

    def __iter__(self):
        return iter(self._queue.get, None)
