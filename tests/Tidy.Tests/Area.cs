namespace VectorStore.Tidy.Tests;

/// <summary>A folder outside the engine, and the namespaces it must not use. What projects refer to is the compiler's business; this is the rest.</summary>
internal sealed record Area(string Directory, string Namespace, params string[] MustNotUse)
{
    /// <summary>The table, with reasons, is docs/architecture.md, "Around the engine".</summary>
    public static IReadOnlyList<Area> All { get; } =
    [
        new("protos/Grpc/", "VectorStore.Protocol.Grpc", "VectorStore.Protocol.V1", "VectorStore.Protocol.Hot"),
        new("protos/Archives/", "VectorStore.Protocol.Archives", "VectorStore.Protocol.Grpc", "VectorStore.Protocol.Hot"),
        new("protos/Hot/", "VectorStore.Protocol.Hot"),
        new("server/Rpc/", "VectorStore.Server.Rpc", "VectorStore.Engine", "VectorStore.Protocol.V1", "VectorStore.Server.Services", "VectorStore.Server.Mapping", "VectorStore.Server.Hosting"),
        new("server/Mapping/", "VectorStore.Server.Mapping", "VectorStore.Server.Rpc", "VectorStore.Server.Services", "VectorStore.Server.Hosting"),
        new("server/Services/", "VectorStore.Server.Services", "VectorStore.Server.Hosting", "Microsoft.AspNetCore"),
        new("server/Transfers/", "VectorStore.Server.Transfers", "VectorStore.Server.Hosting"),
        new("server/Hosting/", "VectorStore.Server.Hosting"),
        new("engine/VectorStore.Lz4/", "VectorStore.Lz4", "VectorStore.Engine", "VectorStore.Protocol", "VectorStore.Server", "VectorStore.Client", "VectorStore.Places"),
        new("engine/VectorStore.Places/", "VectorStore.Places", "VectorStore.Server", "VectorStore.Client", "VectorStore.Engine.Collections", "VectorStore.Engine.Snapshots"),
        new("clients/dotnet/", "VectorStore.Client", "VectorStore.Engine", "VectorStore.Server"),
    ];

    /// <summary>Its sources, those below included.</summary>
    public IEnumerable<SourceFile> Files => Repository.CSharp(Directory);

    /// <summary>Its folders with sources right in them.</summary>
    public IEnumerable<IGrouping<string, SourceFile>> Folders => Files.GroupBy(file => file.Path[..(file.Path.LastIndexOf('/') + 1)]);
}
