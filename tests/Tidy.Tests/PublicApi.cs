using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace VectorStore.Tidy.Tests;

/// <summary>Writes down what an assembly offers to others, one line per member, in a fixed order.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler writes into every record.
    private static readonly string[] s_recordMembers = ["Equals", "GetHashCode", "ToString", "PrintMembers", "<Clone>$", "op_Equality", "op_Inequality", "EqualityContract"];

    public static IReadOnlyList<string> Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes().OrderBy(Name, StringComparer.Ordinal))
        {
            lines.Add(Header(type));
            lines.AddRange(Members(type).Order(StringComparer.Ordinal).Select(member => $"  {member}"));
        }

        return lines;
    }

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? $"enum {Name(type)} : {TypeText.Of(Enum.GetUnderlyingType(type))}"
            : type.IsInterface ? $"interface {Name(type)}"
            : typeof(Delegate).IsAssignableFrom(type) ? $"delegate {Name(type)}"
            : $"{(type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type is { IsSealed: true, IsValueType: false } ? "sealed " : "")}{(IsRecord(type) ? "record " : "")}{(type.IsValueType ? "struct" : "class")} {Name(type)}";

        var bases = new List<string>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) && parent != typeof(MulticastDelegate))
            bases.Add(TypeText.Of(parent));
        if (!type.IsEnum)
            bases.AddRange(OwnInterfaces(type).Select(TypeText.Of).Order(StringComparer.Ordinal));

        return bases.Count == 0 ? kind : $"{kind} : {string.Join(", ", bases)}";
    }

    // Without those its parent has already, and the one every record has.
    private static IEnumerable<Type> OwnInterfaces(Type type) =>
        type.GetInterfaces().Where(one => one.IsVisible).Except(type.BaseType?.GetInterfaces() ?? []).Where(one => !IsRecord(type) || one != typeof(IEquatable<>).MakeGenericType(type));

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                yield return $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";

            yield break;
        }

        bool record = IsRecord(type);
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{TypeText.Of(field)} {field.Name}{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")}";

        foreach (var constructor in type.GetConstructors(Declared).Where(IsOffered))
        {
            // The copy constructor of a sealed record is nobody's.
            if (!(record && constructor.IsFamily))
                yield return $"{Name(type)}({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared))
        {
            if (record && s_recordMembers.Contains(property.Name, StringComparer.Ordinal))
                continue;

            string get = property.GetMethod is { } getter && IsOffered(getter) ? "get; " : "";
            string set = property.SetMethod is { } setter && IsOffered(setter) ? IsInit(setter) ? "init; " : "set; " : "";
            if (get.Length + set.Length == 0)
                continue;

            string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
            yield return $"{Static(property.GetMethod ?? property.SetMethod!)}{required}{TypeText.Of(property)} {property.Name} {{ {get}{set}}}";
        }

        foreach (var method in type.GetMethods(Declared).Where(IsOffered))
        {
            bool accessor = method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);
            if (accessor || (record && s_recordMembers.Contains(method.Name, StringComparer.Ordinal)))
                continue;

            yield return $"{Static(method)}{TypeText.Of(method.ReturnParameter)} {method.Name}({Parameters(method)})";
        }
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        string passing = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{passing}{TypeText.Of(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : "")}";
    }));

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static bool IsOffered(MethodBase method) => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared) is not null;

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Name(Type type) => TypeText.Of(type);
}
