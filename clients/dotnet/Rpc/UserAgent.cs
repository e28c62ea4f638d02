using System.Reflection;

namespace VectorStore.Client.Rpc;

/// <summary>How this client introduces itself, for the server's logs.</summary>
internal static class UserAgent
{
    public static string Value { get; } =
        $"vectorstore-dotnet/{typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";
}
