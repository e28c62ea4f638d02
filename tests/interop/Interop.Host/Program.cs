using Google.Protobuf;
using VectorStore.Interop.Host;

// VectorStore.Interop.Host                      serves until standard input ends or SIGTERM; the first line of its output is {"grpc": PORT, "http": PORT}
// VectorStore.Interop.Host --descriptors FILE   writes what the services look like, as a FileDescriptorSet
if (args is ["--descriptors", var path])
{
    await File.WriteAllBytesAsync(path, DescriptorSet.Build().ToByteArray());
    return 0;
}

if (args.Length > 0)
{
    await Console.Error.WriteLineAsync($"expected no arguments or --descriptors FILE, got {string.Join(' ', args)}");
    return 2;
}

await using var host = await InteropHost.StartAsync();
Console.WriteLine($$"""{"grpc": {{host.GrpcPort}}, "http": {{host.HttpPort}}}""");
await host.RunUntilInputEndsAsync();
return 0;
