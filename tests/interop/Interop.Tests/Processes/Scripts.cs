namespace VectorStore.Interop.Tests.Processes;

/// <summary>Where the scripts are, and the programs that run them.</summary>
internal static class Scripts
{
    /// <summary>Debian's Python, whose grpcio is meant; another in the path has other modules.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> s_missingNode = new(FindMissingNode);
    private static readonly Lazy<string?> s_missingPython = new(() => Succeeds(Python, "-c", "import grpc, google.protobuf") ? null : NotThere("grpcio for /usr/bin/python3"));
    private static readonly Lazy<string?> s_missingCurl = new(() => Succeeds("curl", "--version") ? null : NotThere("curl"));

    /// <summary>The directory tests/interop of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>What a script needs and is not there, with the way to get it; null: nothing.</summary>
    public static string? MissingFor(string script) => Path.GetExtension(script) switch
    {
        ".mjs" => s_missingNode.Value,
        ".py" => s_missingPython.Value,
        ".sh" => s_missingCurl.Value,
        _ => throw new ArgumentException($"no program is known for {script}", nameof(script)),
    };

    public static ChildProcess Start(string script, params IEnumerable<string> arguments)
    {
        string path = Path.Combine(Root, script);
        return ChildProcess.Start(ProgramFor(script), [path, .. arguments]);
    }

    private static string ProgramFor(string script) => Path.GetExtension(script) switch
    {
        ".mjs" => "node",
        ".py" => Python,
        _ => "bash",
    };

    private static string? FindMissingNode()
    {
        if (!Succeeds("node", "--version"))
            return NotThere("Node.js");

        return File.Exists(Path.Combine(Root, "node/node_modules/@grpc/grpc-js/package.json")) && File.Exists(Path.Combine(Root, "node/node_modules/@connectrpc/connect-node/package.json"))
            ? null
            : NotThere("the modules of npm");
    }

    private static string NotThere(string what) => $"{what} is missing; tests/interop/setup.sh installs it";

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            return process is not null && process.WaitForExit(TimeSpan.FromSeconds(30)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string FindRoot()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "VectorStore.sln")))
                return Path.Combine(directory, "tests", "interop");
        }

        throw new InvalidOperationException($"the tests run outside of the repository, in {AppContext.BaseDirectory}");
    }
}
