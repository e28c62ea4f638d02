namespace VectorStore.Protocol.Hot;

/// <summary>Where something is in a request, as <c>points[3].vectors.image</c>. Becomes a text only where something is wrong.</summary>
/// <param name="List">The list it is in; null: none.</param>
/// <param name="Index">Position in the list.</param>
/// <param name="Field">The field.</param>
/// <param name="Name">The entry of a map; null: none.</param>
internal readonly record struct FieldPath(string? List, int Index, string Field, string? Name = null)
{
    public override string ToString()
    {
        string field = Name is null ? Field : $"{Field}.{Name}";
        return List is null ? field : $"{List}[{Index}].{field}";
    }
}
