using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace VectorStore.Server.Rpc.Reflection;

/// <summary>The files behind a set of services, by name and by what they declare. Read-only once built.</summary>
internal sealed class ReflectionIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public ReflectionIndex(IEnumerable<ServiceDescriptor> services)
    {
        var ordered = services.DistinctBy(service => service.FullName).OrderBy(service => service.FullName, StringComparer.Ordinal).ToArray();
        Services = [.. ordered.Select(service => service.FullName)];
        foreach (var service in ordered)
            AddFile(service.File);
    }

    /// <summary>Full names, in order.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>The file of a name such as <c>vectorstore/v1/points.proto</c>; null where there is none.</summary>
    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that declares a service, method, message, field, oneof, enum, enum value or extension; null where none does.</summary>
    /// <param name="symbol">Full name; a leading dot is passed over.</param>
    public FileDescriptor? FindSymbol(string symbol) => _symbols.GetValueOrDefault(symbol.StartsWith('.') ? symbol[1..] : symbol);

    /// <summary>The file that declares an extension; null where none does.</summary>
    public FileDescriptor? FindExtension(string containingType, int number) => _extensions.GetValueOrDefault(containingType)?.GetValueOrDefault(number);

    /// <summary>Numbers of all extensions of a message, in order; null where there is no such message.</summary>
    public IReadOnlyCollection<int>? FindExtensionNumbers(string type) =>
        _extensions.TryGetValue(type, out var numbers) ? numbers.Keys : _symbols.ContainsKey(type) ? [] : null;

    /// <summary>A file and everything it imports, imports first, without those in <paramref name="sent"/>, to which they are added.</summary>
    public static IReadOnlyList<ByteString> Collect(FileDescriptor file, HashSet<string> sent)
    {
        var files = new List<ByteString>();
        Visit(file);
        return files;

        void Visit(FileDescriptor next)
        {
            if (!sent.Add(next.Name))
                return;

            foreach (var dependency in next.Dependencies)
                Visit(dependency);

            files.Add(JsonNames.AddTo(next).ToByteString());
        }
    }

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
            return;

        foreach (var dependency in file.Dependencies)
            AddFile(dependency);

        foreach (var service in file.Services)
        {
            _symbols.TryAdd(service.FullName, file);
            foreach (var method in service.Methods)
                _symbols.TryAdd(method.FullName, file);
        }

        foreach (var message in file.MessageTypes)
            AddMessage(message);

        foreach (var type in file.EnumTypes)
            AddEnum(type);

        AddExtensions(file, file.Extensions.UnorderedExtensions);
    }

    private void AddMessage(MessageDescriptor message)
    {
        _symbols.TryAdd(message.FullName, message.File);
        foreach (var field in message.Fields.InDeclarationOrder())
            _symbols.TryAdd(field.FullName, message.File);

        foreach (var oneof in message.Oneofs)
            _symbols.TryAdd(oneof.FullName, message.File);

        foreach (var nested in message.NestedTypes)
            AddMessage(nested);

        foreach (var type in message.EnumTypes)
            AddEnum(type);

        AddExtensions(message.File, message.Extensions.UnorderedExtensions);
    }

    /// <remarks>In protobuf an enum's values are siblings of the enum, not its children; clients ask for either name, so both are known.</remarks>
    private void AddEnum(EnumDescriptor type)
    {
        _symbols.TryAdd(type.FullName, type.File);
        string scope = type.FullName[..^type.Name.Length];
        foreach (var value in type.Values)
        {
            _symbols.TryAdd(scope + value.Name, type.File);
            _symbols.TryAdd($"{type.FullName}.{value.Name}", type.File);
        }
    }

    private void AddExtensions(FileDescriptor file, IEnumerable<FieldDescriptor> extensions)
    {
        foreach (var extension in extensions)
        {
            _symbols.TryAdd(extension.FullName, file);
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers))
                _extensions.Add(extension.ExtendeeType.FullName, numbers = []);

            numbers.TryAdd(extension.FieldNumber, file);
        }
    }
}
