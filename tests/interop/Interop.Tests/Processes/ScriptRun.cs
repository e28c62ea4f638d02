using System.Text.Json;

namespace VectorStore.Interop.Tests.Processes;

/// <summary>One run of a script: what it said of each of its cases.</summary>
internal sealed class ScriptRun
{
    // A script's cases are bounded themselves; this is for a script that hangs.
    private static readonly TimeSpan s_runMax = TimeSpan.FromMinutes(4);

    private readonly string _script;
    private readonly string _errors;

    private ScriptRun(string script, Dictionary<string, CaseResult> cases, string errors)
    {
        _script = script;
        Cases = cases;
        _errors = errors;
    }

    public IReadOnlyDictionary<string, CaseResult> Cases { get; }

    public static async Task<ScriptRun> RunAsync(string script, params string[] arguments)
    {
        await using var process = Scripts.Start(script, arguments);
        var (lines, ended) = await process.ReadToEndAsync(s_runMax);
        string errors = process.Errors + (ended ? "" : $"\nstopped after {s_runMax.TotalSeconds} s");
        var cases = new Dictionary<string, CaseResult>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            cases.Add(
                root.GetProperty("case").GetString()!,
                new CaseResult(root.GetProperty("ok").GetBoolean(), root.TryGetProperty("error", out var error) ? error.GetString() : null));
        }

        return new ScriptRun(script, cases, errors);
    }

    /// <summary>Fails the test where the case failed, or did not run.</summary>
    public void AssertPassed(string name)
    {
        if (!Cases.TryGetValue(name, out var result))
            Assert.Fail($"{_script} did not run {name}: {_errors}");

        Assert.True(result.Ok, result.Error);
    }

    /// <summary>The script has no case that is no test.</summary>
    public void AssertHasOnly(IEnumerable<string> names) => Assert.Equal([], Cases.Keys.Except(names, StringComparer.Ordinal));
}
