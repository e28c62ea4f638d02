using VectorStore.Engine.Payloads;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>The two places of a collection's payload store: while one serves, a new store may be made in the other. The one with the checkpoint that the manifest names counts.</summary>
internal static class PayloadDirectories
{
    public const string First = "payloads";
    public const string Second = "payloads-b";

    /// <summary>The name of the directory that a checkpoint is in; the first where it is in none.</summary>
    public static string NameOf(IFileSystem fileSystem, string collection, PayloadCheckpoint checkpoint) =>
        Guid.TryParseExact(checkpoint.Token, "N", out var token) && fileSystem.FileExists($"{collection}/{Second}/{PayloadDeviceFormat.CheckpointName(token)}") ? Second : First;

    /// <summary>Where a new store is made while the one of this name serves.</summary>
    public static string OtherThan(string name) => name == First ? Second : First;

    /// <summary>Removes a store that is not used, where there is one.</summary>
    public static void Remove(IFileSystem fileSystem, string collection, string name)
    {
        if (fileSystem.DirectoryExists($"{collection}/{name}"))
            fileSystem.DeleteDirectory($"{collection}/{name}");
    }
}
