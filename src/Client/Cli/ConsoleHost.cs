namespace DxyOrleans.Client.Cli;

/// <summary>What the console is called in: its streams, environment, folder and clock. Tests give their own.</summary>
internal sealed record ConsoleHost
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    public required bool IsOutTerminal { get; init; }

    public required bool IsErrorTerminal { get; init; }

    public required bool IsInTerminal { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The folder the console was called in.</summary>
    public required string Folder { get; init; }

    /// <summary>The real clock: waits, polls and rates.</summary>
    public required TimeProvider Time { get; init; }

    public string? Variable(string name) => Environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>Colours only on a terminal whose user didn't ask for none (https://no-color.org).</summary>
    public bool HasColour => IsOutTerminal && Variable("NO_COLOR") is null && Variable("TERM") != "dumb";
}
