using Google.Protobuf.Reflection;
using VectorStore.Interop.Conformance;
using VectorStore.Interop.Testing;
using VectorStore.Protocol.Errors;
using VectorStore.Protocol.Health;
using VectorStore.Protocol.V1;
using VectorStore.Server.Rpc.Reflection;

namespace VectorStore.Interop.Host;

/// <summary>All messages and services that the scripts speak, as one serialised <c>google.protobuf.FileDescriptorSet</c>: clients in other languages need no generated code.</summary>
internal static class DescriptorSet
{
    private static readonly FileDescriptor[] s_roots =
    [
        TestReflection.Descriptor,
        ConformanceReflection.Descriptor,
        HealthReflection.Descriptor,
        Protocol.ReflectionV1.ReflectionReflection.Descriptor,
        Protocol.ReflectionV1Alpha.ReflectionReflection.Descriptor,
        StatusReflection.Descriptor,
        ErrorDetailsReflection.Descriptor,
        CollectionsReflection.Descriptor,
        PointsReflection.Descriptor,
        SearchReflection.Descriptor,
        AdminReflection.Descriptor,
        SnapshotsReflection.Descriptor,
    ];

    /// <summary>Every file after those it imports.</summary>
    public static FileDescriptorSet Build()
    {
        var set = new FileDescriptorSet();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in s_roots)
            Add(root);

        return set;

        void Add(FileDescriptor file)
        {
            if (!seen.Add(file.Name))
                return;

            foreach (var dependency in file.Dependencies)
                Add(dependency);

            set.File.Add(JsonNames.AddTo(file));
        }
    }
}
