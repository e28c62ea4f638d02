namespace VectorStore.Tidy.Tests;

/// <summary>Blanks out what is not code in C# source.</summary>
/// <remarks>
/// Knows line and block comments, ordinary, verbatim and raw strings, and characters. Holes of interpolated strings are blanked with the
/// string: no rule here needs to see into them.
/// </remarks>
internal static class CodeText
{
    public static string WithoutCommentsAndStrings(string source)
    {
        char[] code = source.ToCharArray();
        int at = 0;
        while (at < source.Length)
        {
            int end = EndOfNonCode(source, at);
            for (int index = at; index < end; index++)
            {
                if (code[index] is not '\n')
                    code[index] = ' ';
            }

            at = Math.Max(end, at + 1);
        }

        return new string(code);
    }

    /// <summary>Where the comment or literal that begins at <paramref name="at"/> ends; <paramref name="at"/> itself where none begins.</summary>
    private static int EndOfNonCode(string source, int at)
    {
        var rest = source.AsSpan(at);
        if (rest.StartsWith("//"))
            return EndAt(source, at, "\n", 0);
        if (rest.StartsWith("/*"))
            return EndAt(source, at + 2, "*/", 2);
        if (rest[0] == '\'')
            return EndOfQuoted(source, at + 1, '\'');
        if (rest[0] is not ('"' or '$' or '@'))
            return at;

        int quote = at;
        bool verbatim = false;
        while (quote < source.Length && source[quote] is '$' or '@')
            verbatim |= source[quote++] == '@';
        if (quote == source.Length || source[quote] != '"')
            return at;

        int quotes = quote;
        while (quotes < source.Length && source[quotes] == '"')
            quotes++;
        int count = quotes - quote;
        if (count >= 3 && !verbatim)
            return EndAt(source, quotes, new string('"', count), count);

        return verbatim ? EndOfVerbatim(source, quote + 1) : EndOfQuoted(source, quote + 1, '"');
    }

    private static int EndAt(string source, int from, string terminator, int included)
    {
        int found = source.IndexOf(terminator, from, StringComparison.Ordinal);
        return found < 0 ? source.Length : found + included;
    }

    private static int EndOfQuoted(string source, int at, char quote)
    {
        for (; at < source.Length && source[at] is not '\n'; at++)
        {
            if (source[at] == '\\')
                at++;
            else if (source[at] == quote)
                return at + 1;
        }

        return Math.Min(at, source.Length);
    }

    private static int EndOfVerbatim(string source, int at)
    {
        for (; at < source.Length; at++)
        {
            if (source[at] != '"')
                continue;
            if (at + 1 < source.Length && source[at + 1] == '"')
                at++;
            else
                return at + 1;
        }

        return source.Length;
    }
}
