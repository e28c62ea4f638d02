namespace VectorStore.Tidy.Tests;

/// <summary>One file of the repository.</summary>
internal sealed class SourceFile
{
    private readonly Lazy<string> _code;

    public SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        _code = new Lazy<string>(() => CodeText.WithoutCommentsAndStrings(text));
    }

    /// <summary>From the root, with '/'.</summary>
    public string Path { get; }

    public string Text { get; }

    /// <summary>C# with blanks where comments and string literals were, so that every offset and line stays.</summary>
    public string Code => _code.Value;

    public int LineOf(int offset) => Text.AsSpan(0, offset).Count('\n') + 1;

    public int Lines => Text.AsSpan().Count('\n') + (Text.Length == 0 || Text[^1] == '\n' ? 0 : 1);

    /// <summary>File and line, as editors open them.</summary>
    public string At(int offset) => $"{Path}:{LineOf(offset)}";
}
